/** Every `$name`, `${name}` and `[[name]]` that Grafana would fill in must be declared, or be one of its own. */
import { child } from './json.mjs';

const REFERENCE = /\$(\w+)|\$\{(\w+)(?:[.:[][^}]*)?\}|\[\[(\w+)(?::\w+)?\]\]/g;

// Filled in by Grafana itself (global variables and those of links and fields), or by a data source.
const BUILT_IN = new Set([
  '__all_variables', '__auto', '__cell', '__cell_0', '__cell_1', '__dashboard', '__data', '__dashboardLink', '__field', '__from',
  '__interval', '__interval_ms', '__name', '__org', '__range', '__range_ms', '__range_s', '__rate_interval',
  '__rate_interval_ms', '__row_id', '__searchFilter', '__series', '__timeFilter', '__timezone', '__to', '__tags',
  '__url', '__url_time_range', '__user', '__value', '__values', 'timeFilter',
]);

// Where text is not interpolated: variable definitions are (queries of one variable may name another), these are not.
const VERBATIM = new Set(['regex', 'renamePattern', 'pattern', 'current', 'options.list', 'name', '__tocsin']);

/** `$1` is a capture group of a regular expression, never a variable. */
const isGroup = (name) => /^\d+$/.test(name);

export function references(text) {
  return [...text.matchAll(REFERENCE)].map((match) => match[1] ?? match[2] ?? match[3]).filter((name) => !isGroup(name));
}

function texts(value, path, key, visit) {
  if (VERBATIM.has(key)) return;
  if (typeof value === 'string') visit(value, path, key);
  else if (value !== null && typeof value === 'object') {
    for (const [name, item] of Array.isArray(value) ? value.entries() : Object.entries(value)) texts(item, child(path, name), name, visit);
  }
}

function repeatOf(value, path, declared) {
  const name = value.repeat;
  return typeof name === 'string' && name && !declared.has(name)
    ? [{ rule: 'structure', path: child(path, 'repeat'), message: `repeats for ${JSON.stringify(name)}, which is no variable here` }]
    : [];
}

export function undeclaredVariables(dashboard) {
  const declared = new Set((Array.isArray(dashboard.templating?.list) ? dashboard.templating.list : []).map((item) => item?.name));
  const findings = [];
  texts(dashboard, '', '', (text, path) => {
    for (const name of new Set(references(text))) {
      if (!declared.has(name) && !BUILT_IN.has(name)) findings.push({ rule: 'structure', path, message: `$${name} is not declared` });
    }
  });
  (dashboard.panels ?? []).forEach?.((panel, index) => {
    const path = `panels[${index}]`;
    findings.push(...repeatOf(panel ?? {}, path, declared));
    (panel?.panels ?? []).forEach?.((inner, at) => findings.push(...repeatOf(inner ?? {}, `${path}.panels[${at}]`, declared)));
  });
  return findings;
}
