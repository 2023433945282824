/** Transformations: id and options. What Grafana keeps in its own app, not in a package, is checked by id alone. */
import type { CalculateFieldTransformerOptions } from '@grafana/data/transformations/transformers/calculateField';
import type { ConcatenateTransformerOptions } from '@grafana/data/transformations/transformers/concat';
import type { ConvertFieldTypeTransformerOptions } from '@grafana/data/transformations/transformers/convertFieldType';
import type { FilterOptions } from '@grafana/data/transformations/transformers/filter';
import type { FilterFieldsByNameTransformerOptions } from '@grafana/data/transformations/transformers/filterByName';
import type { FilterByValueTransformerOptions } from '@grafana/data/transformations/transformers/filterByValue';
import type { FormatTimeTransformerOptions } from '@grafana/data/transformations/transformers/formatTime';
import type { GroupByTransformerOptions } from '@grafana/data/transformations/transformers/groupBy';
import type { GroupingToMatrixTransformerOptions } from '@grafana/data/transformations/transformers/groupingToMatrix';
import type { HistogramTransformerOptions } from '@grafana/data/transformations/transformers/histogram';
import type { JoinByFieldOptions } from '@grafana/data/transformations/transformers/joinByField';
import type { LabelsToFieldsOptions } from '@grafana/data/transformations/transformers/labelsToFields';
import type { LimitTransformerOptions } from '@grafana/data/transformations/transformers/limit';
import type { OrganizeFieldsTransformerOptions } from '@grafana/data/transformations/transformers/organize';
import type { ReduceTransformerOptions } from '@grafana/data/transformations/transformers/reduce';
import type { RenameByRegexTransformerOptions } from '@grafana/data/transformations/transformers/renameByRegex';
import type { SortByTransformerOptions } from '@grafana/data/transformations/transformers/sortBy';
import type { TransposeTransformerOptions } from '@grafana/data/transformations/transformers/transpose';
import type * as published from '@grafana/schema';
import type { Json, Replace } from './json';
import type { Transformation as Id } from './names';

type Nothing = Record<string, never>;

interface Options {
  calculateField: CalculateFieldTransformerOptions;
  concatenate: ConcatenateTransformerOptions;
  convertFieldType: Omit<ConvertFieldTypeTransformerOptions, 'fields'>;
  filterFields: FilterOptions;
  filterFieldsByName: FilterFieldsByNameTransformerOptions;
  filterByRefId: FilterOptions;
  filterByValue: FilterByValueTransformerOptions;
  formatTime: FormatTimeTransformerOptions;
  groupBy: GroupByTransformerOptions;
  groupingToMatrix: GroupingToMatrixTransformerOptions;
  histogram: HistogramTransformerOptions;
  joinByField: JoinByFieldOptions;
  labelsToFields: LabelsToFieldsOptions;
  limit: LimitTransformerOptions;
  merge: Nothing;
  organize: OrganizeFieldsTransformerOptions;
  reduce: ReduceTransformerOptions;
  renameByRegex: RenameByRegexTransformerOptions;
  seriesToRows: Nothing;
  /** `fields` is not in the type, but the editor of Grafana 13 still writes it, empty. */
  sortBy: SortByTransformerOptions & { fields?: Nothing };
  transpose: TransposeTransformerOptions;
}
type Config<Ids, Opts> = Json<Replace<published.DataTransformerConfig, { id: Ids; options: Opts }>>;

export type Transformation =
  | { [Key in keyof Options]: Config<Key, Options[Key]> }[keyof Options]
  | Config<Exclude<Id, keyof Options>, Record<string, unknown>>;
