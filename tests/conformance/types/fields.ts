/** Field configuration: defaults, `custom` of each panel type, and overrides whose id decides the type of the value. */
import type { FieldColorModeId } from '@grafana/data/types/fieldColor';
import type * as data from '@grafana/data/types/fieldOverrides';
import type * as published from '@grafana/schema';
import type { Json, Replace } from './json';
import type { Reducer, Unit } from './names';

/** The part of @grafana/data's DataLink that survives in JSON; @grafana/schema says `unknown`. */
export interface DataLink {
  title: string;
  url: string;
  targetBlank?: boolean;
  oneClick?: boolean;
  internal?: { datasourceUid: string; datasourceName: string; query: unknown };
}
/** The registry of 13.2.3 knows more palettes (the colour-blind safe one) than @grafana/schema lists for schema 42. */
type Color = Replace<published.FieldColor, { mode: FieldColorModeId }>;
type Defaults<Custom> = Json<
  Replace<published.FieldConfig, { color?: Color; custom?: Custom; links?: DataLink[]; fieldMinMax?: boolean }>
>;

type StandardId = `${data.FieldConfigProperty}`;
type Standard<Fields> = {
  [Id in StandardId]: Id extends keyof Fields ? { id: Id; value: Required<Fields>[Id] } : never;
}[StandardId];

type Key<Custom> = Extract<keyof Custom, string>;
type Special<Custom> = Custom extends undefined
  ? never
  : { [Id in Key<Custom>]-?: { id: `custom.${Id}`; value: Required<Custom>[Id] } }[Key<Custom>];

/** Only the table registers ids below a key of `custom` (Grafana 13.2). */
type Nested<Custom> = Custom extends { cellOptions: unknown }
  ?
      | { id: 'custom.footer.reducers'; value: Reducer[] }
      | { id: 'custom.tooltip.field'; value: string }
      | { id: 'custom.tooltip.placement'; value: `${published.TableCellTooltipPlacement}` }
  : never;

type Matcher = { scope?: published.MatcherScope } & (
  | { id: 'byName' | 'byRegexp' | 'byFrameRefID' | 'byType'; options: string }
  | { id: 'byTypes'; options: string[] }
  | { id: 'byNames'; options: { mode?: 'include' | 'exclude'; names: string[]; prefix?: string; readOnly?: boolean } }
  | { id: 'byRegexpOrNames'; options: { pattern?: string; names?: string[]; variable?: string } }
  | { id: 'byValue'; options: { reducer: Reducer; op?: `${published.ComparisonOperation}`; value?: number } }
  | { id: 'numeric' | 'time' | 'first' | 'firstTimeField' }
);

export interface FieldConfig<Custom> {
  defaults: Defaults<Custom>;
  overrides: Array<{
    matcher: Matcher;
    properties: Array<Standard<Defaults<Custom>> | Special<Json<Custom>> | Nested<Json<Custom>>>;
  }>;
}
export type { Unit };
