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
interface BuiltIn {
  builtIn: 1;
  datasource: { type: 'grafana' | 'datasource'; uid: '-- Grafana --' | 'grafana' };
}
type AnnotationOf<Target> = Json<
  Replace<
    published.AnnotationQuery,
    { builtIn?: 0; datasource: DataSourceRef; target: Target }
  > &
    PrometheusAnnotationFormat
>;
export interface Annotations {
  grafana: Json<Replace<published.AnnotationQuery, BuiltIn>>;
  prometheus: AnnotationOf<AnnotationTargets['prometheus']>;
  loki: AnnotationOf<AnnotationTargets['loki']>;
  tempo: AnnotationOf<AnnotationTargets['tempo']>;
}

export type DashboardLink = Json<published.DashboardLink>;

/** Panels, variables and annotations are compared one by one, each with the type that its own `type` names. */
interface Parts {
  uid: string;
  title: string;
  schemaVersion: 42;
  annotations?: { list: never[] };
  templating?: { list: never[] };
  panels: never[];
  time: { from: string; to: string };
  /** Tocsin's own mark, where Grafana's exports keep `__inputs` and `__requires`. */
  __tocsin?: unknown;
}
export type Dashboard = Json<Replace<Omit<published.Dashboard, 'snapshot' | 'gnetId' | 'revision'>, Parts>>;
