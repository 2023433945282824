/**
 * The JSON form of a published type.
 *
 * A JSON file holds "table" where TypeScript wants `LegendDisplayMode.Table`, and a string is not assignable to a
 * string enum; `${Enum}` is the union of the enum's values. Numeric enums take their numbers as they are.
 * Where Grafana publishes `string` for a name out of a registry, the registry's names stand in (names.ts is written
 * by lib/names.mjs from @grafana/data).
 */
import type { Reducer, Unit } from './names';

interface Vocabulary {
  calcs: Reducer[];
  reducers: Reducer[];
  reducer: Reducer;
  unit: Unit;
  mainStatUnit: Unit;
  secondaryStatUnit: Unit;
}

/** "hidden" is the one enum member that Grafana itself calls deprecated: `showLegend: false` says it. */
type JsonProperty<Key, Value> = Key extends keyof Vocabulary
  ? NonNullable<Value> extends string | readonly string[]
    ? Vocabulary[Key] | Extract<Value, undefined>
    : Json<Value>
  : Key extends 'displayMode'
    ? Exclude<Json<Value>, 'hidden'>
    : Json<Value>;

export type Json<T> = unknown extends T
  ? T
  : T extends string
    ? `${T}`
    : T extends number | boolean | null | undefined
      ? T
      : T extends ReadonlyArray<infer Item>
        ? Array<Json<Item>>
        : { [Key in keyof T]: JsonProperty<Key, T[Key]> };

/** `Published` with the properties of `Stricter` in the place of its own. */
export type Replace<Published, Stricter> = Omit<Published, keyof Stricter> & Stricter;

/** A reference by name or to the default is valid in Grafana, but not stable: both parts are wanted. */
export interface DataSourceRef {
  type: string;
  uid: string;
}
