/** Compares dashboards with the published types: one TypeScript program for all, its diagnostics as JSON paths. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { typeScriptNames } from './names.mjs';
import { deprecation, told } from './sentences.mjs';
import { dashboardSource, pathAt } from './source.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const TYPES = path.join(ROOT, 'types');

const OPTIONS = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2022.d.ts'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  noErrorTruncation: true,
  skipLibCheck: true,
  paths: { '@grafana/data/*': [path.join(ROOT, 'node_modules/@grafana/data/dist/types/*')] },
};

/** A compiler host whose `virtual` files exist only in memory. */
function hostWith(virtual) {
  const host = ts.createCompilerHost(OPTIONS, false);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => virtual.has(path.resolve(name)) || fileExists(name);
  host.readFile = (name) => virtual.get(path.resolve(name)) ?? readFile(name);
  host.getSourceFile = (name, ...rest) => {
    const text = virtual.get(path.resolve(name));
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, rest[0], true);
  };
  return host;
}

const ownTypes = () => fs.readdirSync(TYPES).filter((name) => name.endsWith('.ts')).map((name) => path.join(TYPES, name));

/** An import that does not resolve would make a type `any` and everything assignable to it: that is an error here. */
function demandSoundTypes(program, files) {
  const broken = files.flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  if (broken.length === 0) return;
  const format = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => ROOT, getNewLine: () => '\n' };
  throw new Error(`the types themselves do not compile:\n${ts.formatDiagnostics(broken, format)}`);
}

/** @returns {object[][]} the findings of each dashboard, in order */
export function typeFindings(dashboards) {
  const virtual = new Map([[path.join(TYPES, 'names.ts'), typeScriptNames()]]);
  const sources = dashboards.map((value, index) => {
    const file = path.join(TYPES, `dashboard-${index}.ts`);
    const source = dashboardSource(value);
    virtual.set(file, source.text);
    return { file, ...source };
  });
  const own = [...ownTypes(), ...virtual.keys()].filter((name) => !name.includes('dashboard-'));
  const program = ts.createProgram([...own, ...sources.map((source) => source.file)], OPTIONS, hostWith(virtual));
  demandSoundTypes(program, own);
  return sources.map((source) => [...source.findings, ...compare(program, source)]);
}

function compare(program, { file, spans }) {
  const source = program.getSourceFile(file);
  const found = program.getSemanticDiagnostics(source).map((diagnostic) => ({
    rule: 'type',
    ...told(diagnostic, pathAt(spans, diagnostic.start)),
  }));
  return [...found, ...deprecated(program.getTypeChecker(), source, spans)];
}

/** Properties whose published documentation calls them deprecated. */
function deprecated(checker, source, spans) {
  const found = [];
  const visit = (node) => {
    const note = ts.isPropertyAssignment(node) ? noteOf(checker, node) : undefined;
    if (note !== undefined) {
      const path = pathAt(spans, node.name.getStart(source));
      found.push({ rule: 'deprecated', path, message: `is deprecated by Grafana${note ? `: ${note}` : ''}` });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function noteOf(checker, property) {
  const type = checker.getContextualType(property.parent);
  const symbol = type && checker.getPropertyOfType(checker.getNonNullableType(type), property.name.text);
  return symbol && deprecation(symbol, checker);
}
