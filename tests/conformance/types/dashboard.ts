/** The dashboard around its panels: what Grafana publishes, with the looseness for older files taken out. */
import type * as published from '@grafana/schema';
import type { DataSourceRef, Json, Replace } from './json';
import type { AnnotationTargets } from './targets';

type VariableQuery = { query: string; refId: string; qryType?: number };

interface WithQuery {
  type: 'query';
  datasource: DataSourceRef;
  query: VariableQuery;
}
interface WithText {
  type: 'adhoc' | 'constant' | 'custom' | 'datasource' | 'groupby' | 'interval' | 'switch' | 'textbox';
  datasource?: DataSourceRef;
  query?: string;
}
export type Variable = Json<
  Replace<published.VariableModel, WithQuery> | Replace<published.VariableModel, WithText>
>;

/** Prometheus adds these four beside the target (packages/grafana-prometheus/src/annotations.ts); no type has them. */
interface PrometheusAnnotationFormat {
  titleFormat?: string;
  textFormat?: string;
  tagKeys?: string;
  useValueForTime?: boolean;
}
/** Grafana's own annotations: the alert states that every dashboard shows, or those with given tags. */
interface OwnAnnotations {
  builtIn?: 1;
  datasource: { type: 'grafana'; uid: '-- Grafana --' };
  target?: Partial<published.AnnotationTarget>;
}
type AnnotationOf<Target> = Json<
  Replace<
    published.AnnotationQuery,
    { builtIn?: 0; datasource: DataSourceRef; target: Target }
  > &
    PrometheusAnnotationFormat
>;
export interface Annotations {
  grafana: Json<Replace<published.AnnotationQuery, OwnAnnotations>>;
  prometheus: AnnotationOf<AnnotationTargets['prometheus']>;
  loki: AnnotationOf<AnnotationTargets['loki']>;
  tempo: AnnotationOf<AnnotationTargets['tempo']>;
}

/** Published as `string`; the icons are those of Grafana 13's own list (dashboard-scene/settings/links/utils.ts). */
type LinkIcon = '' | 'external link' | 'dashboard' | 'question' | 'info' | 'bolt' | 'doc' | 'cloud';
export type DashboardLink = Replace<published.DashboardLink, { icon: LinkIcon }>;

/** Panels, variables and annotations are compared one by one, each with the type that its own `type` names. */
interface Parts {
  uid: string;
  title: string;
  schemaVersion: 42;
  annotations?: { list: never[] };
  templating?: { list: never[] };
  links?: DashboardLink[];
  panels: never[];
  /** The published `string`, as its documentation narrows it. */
  weekStart?: '' | 'browser' | 'monday' | 'saturday' | 'sunday';
  time: { from: string; to: string };
  /** Tocsin's own mark, where Grafana's exports keep `__inputs` and `__requires`. */
  __tocsin?: unknown;
}
export type Dashboard = Json<Replace<Omit<published.Dashboard, 'snapshot' | 'gnetId' | 'revision'>, Parts>>;
