/** Queries, by the type of the data source they are sent to. */
import type { DataQuery } from '@grafana/schema';
import type { LokiDataQuery } from '@grafana/schema-12/dist/esm/raw/composable/loki/dataquery/x/LokiDataQuery_types.gen';
import type {
  TempoQuery,
  TempoQueryType,
} from '@grafana/schema-12/dist/esm/raw/composable/tempo/dataquery/x/TempoDataQuery_types.gen';
import type { DataSourceRef, Json, Replace } from './json';

type Query<Type extends string> = { datasource: { type: Type; uid: string } };

/**
 * `@grafana/schema` 13 publishes no Prometheus query and `@grafana/prometheus` cannot be installed without a browser
 * editor; these are the keys of its 13.2.3 `PromQuery` that a stored query may have, deprecated ones left out.
 */
interface PrometheusQuery extends DataQuery {
  expr: string;
  editorMode?: 'builder' | 'code';
  exemplar?: boolean;
  format?: 'time_series' | 'table' | 'heatmap';
  instant?: boolean;
  interval?: string;
  legendFormat?: string;
  range?: boolean;
}

/** The query languages left `@grafana/schema` with 13; 12.4.0 has the last published form of these two. */
type LokiQuery = Replace<LokiDataQuery, { queryType: 'range' | 'instant' }>;
type TraceQuery = Replace<TempoQuery, { queryType: TempoQueryType; query: string }>;

export interface Targets {
  prometheus: Json<Replace<PrometheusQuery, Query<'prometheus'>>>;
  loki: Json<Replace<LokiQuery, Query<'loki'>>>;
  tempo: Json<Replace<TraceQuery, Query<'tempo'>>>;
  /** Server-side expressions: only the envelope is published. */
  __expr__: Json<Replace<DataQuery, Query<'__expr__'>>> & Record<string, unknown>;
}

/** An annotation's query may leave its data source to the annotation. */
export interface AnnotationTargets {
  prometheus: Replace<PrometheusQuery, { datasource?: DataSourceRef }>;
  loki: Replace<LokiQuery, { datasource?: DataSourceRef }>;
  tempo: Replace<TraceQuery, { datasource?: DataSourceRef }>;
}
