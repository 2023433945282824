/**
 * Reads a JSON file with positions: its value, the line of every path, and keys that are said twice
 * (`JSON.parse` would keep the last one silently).
 */
import ts from 'typescript';

export const child = (path, key) => {
  if (typeof key === 'number') return `${path}[${key}]`;
  const plain = /^[A-Za-z_$][\w$]*$/.test(key);
  return plain ? (path ? `${path}.${key}` : key) : `${path}[${JSON.stringify(key)}]`;
};

class Reader {
  lines = new Map();
  findings = [];

  constructor(source) {
    this.source = source;
  }

  lineOf(node) {
    return this.source.getLineAndCharacterOfPosition(node.getStart(this.source)).line + 1;
  }

  read(node, path) {
    if (!this.lines.has(path)) this.lines.set(path, this.lineOf(node));
    if (ts.isObjectLiteralExpression(node)) return this.readObject(node, path);
    if (ts.isArrayLiteralExpression(node)) return node.elements.map((item, i) => this.read(item, child(path, i)));
    return JSON.parse(node.getText(this.source));
  }

  readObject(node, path) {
    const value = {};
    for (const property of node.properties) {
      const key = property.name.text;
      const place = child(path, key);
      if (Object.hasOwn(value, key)) this.findings.push({ rule: 'json', path: place, message: `key ${JSON.stringify(key)} is said twice` });
      this.lines.set(place, this.lineOf(property));
      Object.defineProperty(value, key, { value: this.read(property.initializer, place), configurable: true, enumerable: true });
    }
    return value;
  }
}

/** @returns {{value: any, lines: Map<string, number>, findings: object[]}} value is undefined when the text is not JSON */
export function readJson(name, text) {
  try {
    JSON.parse(text);
  } catch (error) {
    return { value: undefined, lines: new Map(), findings: [{ rule: 'json', path: '', message: error.message }] };
  }
  const source = ts.parseJsonText(name, text);
  const reader = new Reader(source);
  const value = reader.read(source.statements[0].expression, '');
  return { value, lines: reader.lines, findings: reader.findings };
}
