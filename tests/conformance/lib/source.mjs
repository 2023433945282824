/**
 * Writes one dashboard as TypeScript: each part as a literal with `satisfies` its published type, so that the
 * compiler's excess-property checks bite; and finds the JSON path of any offset in that text.
 *
 * Panels, targets, variables and annotations are separate statements. Their type follows from a name in the data
 * (panel type, data source type) which TypeScript could discriminate only partly, and a mistake is then reported
 * at the mistake, not at the union of twenty panels.
 */
import { child } from './json.mjs';

export const PANEL_TYPES = [
  'alertlist', 'annolist', 'barchart', 'bargauge', 'dashlist', 'gauge', 'heatmap', 'histogram', 'logs', 'nodeGraph',
  'piechart', 'stat', 'state-timeline', 'status-history', 'table', 'text', 'timeseries', 'traces', 'trend', 'xychart',
];
export const QUERY_TYPES = ['prometheus', 'loki', 'tempo', '__expr__'];
const ANNOTATION_TYPES = ['grafana', 'prometheus', 'loki', 'tempo'];

const REPLACED_BY = { graph: 'timeseries', singlestat: 'stat', 'table-old': 'table', 'grafana-piechart-panel': 'piechart' };

class Writer {
  text = [
    "import type { Annotations, Dashboard, Variable } from './dashboard';",
    "import type { Panels, Row } from './panels';",
    "import type { Targets } from './targets';\n",
  ].join('\n');

  spans = [];

  put(text, path) {
    if (path !== undefined) this.spans.push({ start: this.text.length, end: this.text.length + text.length, path });
    this.text += text;
  }

  statement(value, path, type) {
    const start = this.text.length;
    this.text += '(';
    this.value(value, path);
    this.text += `) satisfies ${type};\n`;
    this.spans.push({ start, end: this.text.length, path });
  }

  value(value, path) {
    if (value === null || typeof value !== 'object') return this.put(JSON.stringify(value), path);
    const start = this.text.length;
    const isArray = Array.isArray(value);
    this.text += isArray ? '[' : '{';
    for (const [key, item] of isArray ? value.entries() : Object.entries(value)) {
      const place = child(path, key);
      if (!isArray) {
        this.put(JSON.stringify(key), place);
        this.text += ':';
      }
      this.value(item, place);
      this.text += ',';
    }
    this.text += isArray ? ']' : '}';
    return this.spans.push({ start, end: this.text.length, path });
  }
}

class DashboardWriter {
  out = new Writer();
  findings = [];

  unknown(path, message) {
    this.findings.push({ rule: 'type', path, message });
  }

  dashboard(value) {
    const shell = { ...value };
    for (const key of ['panels', 'annotations', 'templating']) {
      if (!(key in value)) continue;
      const list = key === 'panels' ? value[key] : value[key]?.list;
      if (Array.isArray(list)) shell[key] = key === 'panels' ? [] : { ...value[key], list: [] };
    }
    this.out.statement(shell, '', 'Dashboard');
    this.each(value.annotations?.list, 'annotations.list', (item, path) => this.annotation(item, path));
    this.each(value.templating?.list, 'templating.list', (item, path) => this.out.statement(item, path, 'Variable'));
    this.each(value.panels, 'panels', (item, path) => this.panel(item, path, true));
  }

  each(list, path, visit) {
    if (!Array.isArray(list)) return;
    list.forEach((item, index) => {
      if (item !== null && typeof item === 'object' && !Array.isArray(item)) visit(item, child(path, index));
      else this.unknown(child(path, index), 'an object is wanted here');
    });
  }

  annotation(value, path) {
    const type = value.builtIn ? 'grafana' : value.datasource?.type;
    if (!ANNOTATION_TYPES.includes(type)) return this.unknown(child(path, 'datasource'), noTypeFor('data source', type));
    return this.out.statement(value, path, `Annotations[${JSON.stringify(type)}]`);
  }

  panel(value, path, mayBeRow) {
    if (value.type === 'row' && mayBeRow) {
      this.out.statement(Array.isArray(value.panels) ? { ...value, panels: [] } : value, path, 'Row');
      return this.each(value.panels, child(path, 'panels'), (item, place) => this.panel(item, place, false));
    }
    if (!PANEL_TYPES.includes(value.type)) {
      const instead = REPLACED_BY[value.type];
      const hint = instead ? `; Grafana 13 has no "${value.type}", use "${instead}"` : '';
      return this.unknown(child(path, 'type'), noTypeFor('panel', value.type) + hint);
    }
    const shell = Array.isArray(value.targets) ? { ...value, targets: [] } : value;
    this.out.statement(shell, path, `Panels[${JSON.stringify(value.type)}]`);
    return this.each(value.targets, child(path, 'targets'), (item, place) => this.target(item, place));
  }

  target(value, path) {
    const type = value.datasource?.type;
    if (!QUERY_TYPES.includes(type)) return this.unknown(child(path, 'datasource'), noTypeFor('data source', type));
    return this.out.statement(value, path, `Targets[${JSON.stringify(type)}]`);
  }
}

const noTypeFor = (what, type) =>
  type === undefined ? `no ${what} type is given` : `${JSON.stringify(type)} is not a ${what} type that can be checked`;

/** @returns {{text: string, spans: object[], findings: object[]}} */
export function dashboardSource(value) {
  const writer = new DashboardWriter();
  writer.dashboard(value);
  return { text: writer.out.text, spans: writer.out.spans, findings: writer.findings };
}

/** The path of the innermost span that holds the offset. */
export function pathAt(spans, offset) {
  let best;
  for (const span of spans) {
    if (span.start > offset || offset >= span.end) continue;
    if (!best || span.end - span.start < best.end - best.start) best = span;
  }
  return best ? best.path : '';
}
