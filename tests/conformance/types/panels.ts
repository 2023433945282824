/** Panels, by type: the published panel with the published options and `custom` of that plugin. */
import type * as published from '@grafana/schema';
import type * as AnnotationsList from '@grafana/schema/dist/esm/raw/composable/annotationslist/panelcfg/x/AnnotationsListPanelCfg_types.gen';
import type * as BarChart from '@grafana/schema/dist/esm/raw/composable/barchart/panelcfg/x/BarChartPanelCfg_types.gen';
import type * as BarGauge from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type * as DashboardList from '@grafana/schema/dist/esm/raw/composable/dashboardlist/panelcfg/x/DashboardListPanelCfg_types.gen';
import type * as Gauge from '@grafana/schema/dist/esm/raw/composable/gauge/panelcfg/x/GaugePanelCfg_types.gen';
import type * as Heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type * as Histogram from '@grafana/schema/dist/esm/raw/composable/histogram/panelcfg/x/HistogramPanelCfg_types.gen';
import type * as Logs from '@grafana/schema/dist/esm/raw/composable/logs/panelcfg/x/LogsPanelCfg_types.gen';
import type * as NodeGraph from '@grafana/schema/dist/esm/raw/composable/nodegraph/panelcfg/x/NodeGraphPanelCfg_types.gen';
import type * as PieChart from '@grafana/schema/dist/esm/raw/composable/piechart/panelcfg/x/PieChartPanelCfg_types.gen';
import type * as Stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as StateTimeline from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type * as StatusHistory from '@grafana/schema/dist/esm/raw/composable/statushistory/panelcfg/x/StatusHistoryPanelCfg_types.gen';
import type * as Table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as Text from '@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen';
import type * as TimeSeries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type * as Trend from '@grafana/schema/dist/esm/raw/composable/trend/panelcfg/x/TrendPanelCfg_types.gen';
import type * as XYChart from '@grafana/schema/dist/esm/raw/composable/xychart/panelcfg/x/XYChartPanelCfg_types.gen';
import type { DashboardLink } from './dashboard';
import type { FieldConfig } from './fields';
import type { DataSourceRef, Json, Replace } from './json';
import type { Transformation } from './transformations';

type Legacy = 'autoMigrateFrom' | 'cacheTimeout' | 'libraryPanel';

interface Everywhere<Type, Options, Custom> {
  id: number;
  type: Type;
  title: string;
  gridPos: Json<published.GridPos>;
  options: Json<Options>;
  fieldConfig: FieldConfig<Custom>;
  transformations?: Transformation[];
  links?: Json<DashboardLink>[];
}
/** Targets are compared one by one: their type depends on the data source, which TypeScript cannot discriminate on. */
interface Querying {
  datasource: DataSourceRef;
  targets: never[];
}
interface Silent {
  datasource?: undefined;
  targets?: undefined;
}
type PanelOf<Type, Options, Custom, Data> = Omit<
  Json<Replace<Omit<published.Panel, Legacy>, Data>>,
  keyof Everywhere<Type, Options, Custom>
> &
  Everywhere<Type, Options, Custom>;

type Chart<Type, Options, Custom> = PanelOf<Type, Options, Custom, Querying>;
/** `custom` of a panel type that registers none. */
type None = undefined;
type Note<Type, Options> = PanelOf<Type, Options, None, Silent>;

/** The alert list has no published type: public/app/plugins/panel/alertlist/types.ts of Grafana 13 is its source. */
interface AlertListOptions {
  alertInstanceLabelFilter: string;
  alertName: string;
  dashboardAlerts: boolean;
  datasource?: string;
  folder?: { uid: string; title: string };
  groupBy: string[];
  groupMode: 'default' | 'custom';
  maxItems: number;
  showInactiveAlerts: boolean;
  showInstances: boolean;
  sortOrder: 1 | 2 | 3 | 4 | 5;
  stateFilter: Record<'error' | 'firing' | 'noData' | 'normal' | 'pending' | 'recovering', boolean>;
  statColorMode?: published.BigValueColorMode;
  statThresholds?: published.ThresholdsConfig;
  statValueMappings?: published.ValueMapping[];
  viewMode: 'list' | 'stat';
}

export interface Panels {
  alertlist: Note<'alertlist', AlertListOptions>;
  annolist: Note<'annolist', AnnotationsList.Options>;
  barchart: Chart<'barchart', BarChart.Options, BarChart.FieldConfig>;
  bargauge: Chart<'bargauge', BarGauge.Options, None>;
  dashlist: Note<'dashlist', Omit<DashboardList.Options, 'folderId'>>;
  gauge: Chart<'gauge', Gauge.Options, None>;
  heatmap: Chart<'heatmap', Heatmap.Options, Heatmap.FieldConfig>;
  histogram: Chart<'histogram', Histogram.Options, Histogram.FieldConfig>;
  logs: Chart<'logs', Logs.Options, None>;
  nodeGraph: Chart<'nodeGraph', NodeGraph.Options, None>;
  piechart: Chart<'piechart', PieChart.Options, PieChart.FieldConfig>;
  stat: Chart<'stat', Stat.Options, None>;
  'state-timeline': Chart<'state-timeline', StateTimeline.Options, StateTimeline.FieldConfig>;
  'status-history': Chart<'status-history', StatusHistory.Options, StatusHistory.FieldConfig>;
  table: Chart<'table', Table.Options, Table.FieldConfig>;
  text: Note<'text', Text.Options>;
  timeseries: Chart<'timeseries', TimeSeries.Options, TimeSeries.FieldConfig>;
  /** No published type; the panel takes no options that a file would set. */
  traces: Chart<'traces', Record<string, never>, None>;
  trend: Chart<'trend', Trend.Options, Trend.FieldConfig>;
  xychart: Chart<'xychart', XYChart.Options, XYChart.FieldConfig>;
}

/** A row's panels are compared one by one as well. */
export type Row = Json<Replace<published.RowPanel, { title: string; gridPos: published.GridPos; panels: never[]; datasource?: undefined }>>;
