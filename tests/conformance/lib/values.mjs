/** Rules for a value wherever it stands: colours, time spans, time zones, regular expressions, thresholds, links. */
import { at, found, list } from './found.mjs';
import { child } from './json.mjs';
import { FIELD_TYPES, isColor, isScheme, isTime } from './names.mjs';

const SPAN = /^-?\d+(\.\d+)?(ms|s|m|h|d|w|M|y)$/;
// A panel's time override may also be a whole calendar unit: "1d/d".
const CALENDAR_SPAN = /^(\d+[smhdwMy](\/[dwMy])?|[dwMy]\/[dwMy])$/;
const isFilledIn = (text) => text.includes('$');
const quote = JSON.stringify;

const span = (value) => (SPAN.test(value.replace(/^>/, '')) ? undefined : `${quote(value)} is not a time span`);
const calendarSpan = (value) => (CALENDAR_SPAN.test(value) ? undefined : span(value));
const refresh = (value) => (value === 'auto' ? undefined : span(value));
const color = (value) => (isColor(value) ? undefined : `${quote(value)} is not a colour`);

function zone(value) {
  if (value === 'browser' || value === 'utc') return undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return undefined;
  } catch {
    return `${quote(value)} is not a time zone`;
  }
}

/** Grafana takes /text/ as a pattern and, in some places, bare text as well. */
function pattern(value) {
  try {
    new RegExp(value.replace(/^\/(.*)\/[a-z]*$/s, '$1'));
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** By key; an empty string is "not set" for all of these. */
const BY_KEY = {
  color, fillColor: color, fixedColor: color, iconColor: color, lineColor: color, pointColor: color,
  interval: span, nowDelay: span, step: span, navigateAfter: span, navigateBefore: span, refresh_intervals: span,
  refresh, timeFrom: calendarSpan, timeShift: calendarSpan, timezone: zone, pattern, regex: pattern,
};

function ofText(key, value, path) {
  if (value === '' || isFilledIn(value)) return [];
  // `fill` is a colour in a heatmap and the kind of a line in a time series.
  const isHeatmapColor = /\.options\.color\.\w+$/.test(path);
  const judge = isHeatmapColor && key === 'fill' ? color : Object.hasOwn(BY_KEY, key) ? BY_KEY[key] : undefined;
  const message = judge?.(value);
  if (message) return [found(path, message)];
  if (isHeatmapColor && key === 'scheme' && !isScheme(value)) return [found(path, `${quote(value)} is not a colour scheme`)];
  return [];
}

function thresholds(config, path) {
  const steps = at(child(path, 'steps'), config.steps);
  const findings = [];
  if (steps.length && steps[0].value.value !== null) findings.push(found(child(steps[0].path, 'value'), 'of the first threshold must be null (minus infinity)'));
  for (let i = 1; i < steps.length; i++) {
    const { value, path: place } = steps[i];
    if (value.value === null) findings.push(found(child(place, 'value'), 'only the first threshold is null'));
    else if (i > 1 && value.value <= steps[i - 1].value.value) findings.push(found(child(place, 'value'), 'thresholds must rise'));
  }
  return findings;
}

function fixedColor(value, path) {
  const needs = value.mode === 'fixed' || value.mode === 'shades';
  return needs && value.fixedColor === undefined ? [found(path, `mode "${value.mode}" needs fixedColor`)] : [];
}

function link(value, path) {
  const leadsNowhere = value.type === 'link' && 'asDropdown' in value && !value.url;
  return leadsNowhere ? [found(child(path, 'url'), 'of a link is empty')] : [];
}

function matcher({ id, options }, path) {
  const place = child(path, 'options');
  if (id === 'byType' && !FIELD_TYPES.has(options)) return [found(place, `${quote(options)} is not a field type`)];
  const message = id === 'byRegexp' && typeof options === 'string' ? pattern(options) : undefined;
  return message ? [found(place, message)] : [];
}

/** `${variable}` in the place of a uid: a variable of that kind of data source. */
function sourceKind(value, path, kinds) {
  const name = /^\$\{?(\w+)\}?$/.exec(value?.uid ?? '')?.[1];
  const kind = kinds.get(name);
  if (kind === undefined || value.type === undefined || kind === value.type) return [];
  return [found(child(path, 'uid'), `$${name} chooses a data source of type ${JSON.stringify(kind)}, not ${JSON.stringify(value.type)}`)];
}

/** The type that each data source variable chooses from; null for variables that choose none. */
const sourceVariables = (dashboard) =>
  new Map(list(dashboard.templating?.list).map((item) => [item?.name, item?.type === 'datasource' ? item.query : null]));

function ofObject(key, value, path, kinds) {
  const findings = link(value, path);
  if (key === 'datasource') findings.push(...sourceKind(value, path, kinds));
  if (key === 'thresholds') findings.push(...thresholds(value, path));
  if (key === 'color') findings.push(...fixedColor(value, path));
  if (key === 'matcher') findings.push(...matcher(value, path));
  if (value.id === 'thresholds' && value.value) findings.push(...thresholds(value.value, child(path, 'value')));
  if (value.id === 'color' && value.value) findings.push(...fixedColor(value.value, child(path, 'value')));
  return findings;
}

function everywhere(value, path, key, kinds) {
  if (typeof value === 'string') return ofText(key, value, path);
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => everywhere(item, child(path, index), key, kinds));
  return [
    ...ofObject(key, value, path, kinds),
    ...Object.entries(value).flatMap(([name, item]) => everywhere(item, child(path, name), name, kinds)),
  ];
}

function time(dashboard) {
  return ['from', 'to']
    .filter((key) => typeof dashboard.time?.[key] === 'string' && !isTime(dashboard.time[key]))
    .map((key) => found(`time.${key}`, `${quote(dashboard.time[key])} is not a time`));
}

/** @returns {object[]} findings of one dashboard */
export const valueFindings = (dashboard) => [
  ...time(dashboard),
  ...everywhere(dashboard, '', '', sourceVariables(dashboard)),
];
