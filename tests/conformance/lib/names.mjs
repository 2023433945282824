/** The names that Grafana keeps in registries, read live from @grafana/data; and their TypeScript form. */
import { createRequire } from 'node:module';
import * as chromatic from 'd3-scale-chromatic';

// @grafana/data 13.2.3 reads the browser's languages when it builds its unit list; its ES modules do not load in Node.
if (!globalThis.navigator?.languages) globalThis.navigator = { language: 'en-US', languages: ['en-US'] };
const data = createRequire(import.meta.url)('@grafana/data');

const ids = (registry) => registry.list().map((item) => item.id);

export const unitGroups = () =>
  data.getValueFormats().map((group) => ({
    name: group.text,
    units: group.submenu.map((unit) => ({ id: unit.value, name: unit.text })),
  }));

// Forms of a custom unit, as the documentation of `FieldConfig.unit` in @grafana/schema lists them.
const CUSTOM_UNITS = ['suffix:', 'prefix:', 'time:', 'si:', 'count:', 'currency:', 'bool:'];

const literals = (names) => names.map((name) => JSON.stringify(name)).join(' | ');

export function typeScriptNames() {
  const units = unitGroups().flatMap((group) => group.units.map((unit) => unit.id));
  const custom = CUSTOM_UNITS.map((prefix) => `\`${prefix}\${string}\``).join(' | ');
  return [
    `export type Unit = ${literals(units)} | ${custom};`,
    `export type Reducer = ${literals(ids(data.fieldReducers))};`,
    `export type Transformation = ${literals(Object.values(data.DataTransformerID))};`,
  ].join('\n');
}

const theme = data.createTheme();

/** A colour that Grafana resolves: a name of its palette, or CSS. */
export function isColor(value) {
  const resolved = theme.visualization.getColorByName(value);
  return resolved !== value || CSS_COLOR.test(value) || value === 'transparent' || value === 'text';
}
const CSS_COLOR = /^(#[0-9a-f]{3,4}|#[0-9a-f]{6}|#[0-9a-f]{8}|(rgb|rgba|hsl|hsla)\([\d\s.,%/]+\))$/i;

export const isTime = (value) => data.dateMath.isValid(value);

export const FIELD_TYPES = new Set(Object.values(data.FieldType));

/** The heatmap's colour schemes are d3's interpolators by name. */
export const isScheme = (name) => `interpolate${name}` in chromatic;
