/** Every `$name`, `${name}` and `[[name]]` that Grafana would fill in must be declared, or be one of its own. */
import { child } from './json.mjs';

const REFERENCE = /\$(\w+)|\$\{(\w+)(?:[.:[][^}]*)?\}|\[\[(\w+)(?::\w+)?\]\]/g;

// Filled in by Grafana (global variables) or by the data source, wherever text is filled in.
const BUILT_IN = new Set([
  '__auto', '__dashboard', '__from', '__interval', '__interval_ms', '__name', '__org', '__range', '__range_ms', '__range_s',
  '__rate_interval', '__rate_interval_ms', '__searchFilter', '__timeFilter', '__timezone', '__to', '__user', 'timeFilter',
]);

// Filled in from the data that came back, or from the address: in links, titles of fields and the like, never in a query.
const AFTER_THE_QUERY = new Set([
  '__all_variables', '__cell', '__data', '__field', '__series', '__url', '__url_time_range', '__value',
]);

// Keys whose text Grafana takes as it is.
const VERBATIM = new Set(['__tocsin', 'current', 'name', 'pattern', 'regex', 'renamePattern']);

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

const says = (name) => (AFTER_THE_QUERY.has(name) ? `$${name} is not known to a query` : `$${name} is not declared`);

export function undeclaredVariables(dashboard) {
  const declared = new Set((Array.isArray(dashboard.templating?.list) ? dashboard.templating.list : []).map((item) => item?.name));
  const findings = [];
  texts(dashboard, '', '', (text, path) => {
    const isQuery = /\.targets?[.[]/.test(path);
    for (const name of new Set(references(text))) {
      const known = declared.has(name) || BUILT_IN.has(name) || (!isQuery && AFTER_THE_QUERY.has(name));
      if (!known) findings.push({ rule: 'structure', path, message: says(name) });
    }
  });
  (dashboard.panels ?? []).forEach?.((panel, index) => {
    const path = `panels[${index}]`;
    findings.push(...repeatOf(panel ?? {}, path, declared));
    (panel?.panels ?? []).forEach?.((inner, at) => findings.push(...repeatOf(inner ?? {}, `${path}.panels[${at}]`, declared)));
  });
  return findings;
}
