/** What the published types cannot say about a dashboard's structure: identities, the grid, references between parts. */
import { child } from './json.mjs';
import { at, found, list } from './found.mjs';
import { valueFindings } from './values.mjs';
import { undeclaredVariables } from './variables.mjs';

const COLUMNS = 24;
const UID = /^[A-Za-z0-9_-]{1,40}$/;
const MIXED = '-- Mixed --';

/** Top-level panels, then the panels inside rows, each with its path. */
function panelsOf(dashboard) {
  const top = at('panels', dashboard.panels);
  const inner = top.flatMap((row) => at(child(row.path, 'panels'), row.value.panels));
  return { top, inner, all: [...top, ...inner] };
}

function identity({ uid, title }) {
  const findings = [];
  if (typeof uid === 'string' && !UID.test(uid)) findings.push(found('uid', `${JSON.stringify(uid)} is not 1 to 40 letters, digits, "-" or "_"`));
  if (typeof title === 'string' && !title.trim()) findings.push(found('title', 'is empty'));
  return findings;
}

/** Every key value that occurs again, reported where it does. */
function repeated(items, key, what) {
  const first = new Map();
  return items.flatMap(({ value, path }) => {
    const id = value[key];
    if (id === undefined) return [];
    if (first.has(id)) return [found(child(path, key), `${what} ${JSON.stringify(id)} is that of ${first.get(id)} already`)];
    first.set(id, path);
    return [];
  });
}

const isCount = (value, least) => Number.isInteger(value) && value >= least;

function gridOf({ value, path }) {
  const { x, y, w, h } = value.gridPos ?? {};
  if (![x, y, w, h].every((part) => typeof part === 'number')) return [];
  const place = child(path, 'gridPos');
  if (!isCount(x, 0) || !isCount(y, 0) || !isCount(w, 1) || !isCount(h, 1)) return [found(place, 'x, y, w and h must be whole numbers, w and h at least 1')];
  if (x + w > COLUMNS) return [found(place, `x ${x} + w ${w} is beyond column ${COLUMNS}`)];
  return [];
}

const meet = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

function overlaps(items) {
  const placed = items.filter(({ value }) => value.gridPos && typeof value.gridPos === 'object');
  return placed.flatMap((second, index) =>
    placed
      .slice(0, index)
      .filter((one) => meet(one.value.gridPos, second.value.gridPos))
      .map((one) => found(child(second.path, 'gridPos'), `overlaps ${one.path}`)),
  );
}

function rows(top) {
  return top.flatMap(({ value, path }) => {
    if (value.type !== 'row') return [];
    const findings = [];
    if (value.collapsed === false && list(value.panels).length) findings.push(found(child(path, 'panels'), 'an open row has no panels of its own: they follow it'));
    const grid = value.gridPos;
    if (grid && (grid.w !== COLUMNS || grid.h !== 1 || grid.x !== 0)) findings.push(found(child(path, 'gridPos'), `a row is {x: 0, w: ${COLUMNS}, h: 1}`));
    return findings;
  });
}

function queries({ value, path }) {
  const targets = at(child(path, 'targets'), value.targets);
  const mixed = value.datasource?.uid === MIXED;
  const elsewhere = targets.filter(({ value: target }) => {
    const own = target.datasource;
    if (mixed || !own?.uid || !value.datasource?.uid || own.type === '__expr__') return false;
    return own.type !== value.datasource.type || own.uid !== value.datasource.uid;
  });
  return [
    ...repeated(targets, 'refId', 'refId'),
    ...targets.filter(({ value: target }) => target.refId === '').map((target) => found(child(target.path, 'refId'), 'is empty')),
    ...elsewhere.map((target) => found(child(target.path, 'datasource'), `differs from the panel's, which is not "${MIXED}"`)),
    ...modes(targets),
    ...(Array.isArray(value.targets) && value.targets.length === 0 ? [found(child(path, 'targets'), 'has no query')] : []),
    ...refIds(value, path, targets),
  ];
}

function modes(targets) {
  return targets.flatMap(({ value, path }) => {
    const findings = [];
    if (value.datasource?.type === 'prometheus' && value.range === false && value.instant === false) findings.push(found(path, 'is neither a range nor an instant query'));
    for (const key of ['expr', 'query']) {
      if (typeof value[key] === 'string' && !value[key].trim()) findings.push(found(child(path, key), 'is empty'));
    }
    return findings;
  });
}

/** An override by refId names a query of the same panel. */
function refIds(panel, path, targets) {
  const known = new Set(targets.map(({ value }) => value.refId));
  return at(`${path}.fieldConfig.overrides`, panel.fieldConfig?.overrides)
    .filter(({ value }) => value.matcher?.id === 'byFrameRefID' && !known.has(value.matcher.options))
    .map(({ value, path: place }) => found(`${place}.matcher.options`, `no query of this panel has the refId ${JSON.stringify(value.matcher.options)}`));
}

/** @returns {object[]} findings of one dashboard */
export function ruleFindings(dashboard) {
  const { top, inner, all } = panelsOf(dashboard);
  const inRows = top.filter(({ value }) => Array.isArray(value.panels));
  const { __tocsin, ...rest } = dashboard;
  return [
    ...identity(dashboard),
    ...repeated(all, 'id', 'panel id'),
    ...all.flatMap(gridOf),
    ...overlaps(top),
    ...inRows.flatMap((row) => overlaps(at(child(row.path, 'panels'), row.value.panels))),
    ...rows(top),
    ...[...top.filter(({ value }) => value.type !== 'row'), ...inner].flatMap(queries),
    ...repeated(at('templating.list', dashboard.templating?.list), 'name', 'variable name'),
    ...repeated(at('annotations.list', dashboard.annotations?.list), 'name', 'annotation name'),
    ...valueFindings(rest),
    ...undeclaredVariables(dashboard),
  ];
}
