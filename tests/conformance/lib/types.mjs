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
  const seen = new Set(found.map((finding) => finding.path));
  return [...found, ...properties(program.getTypeChecker(), source, spans).filter(({ path: place }) => !seen.has(place))];
}

/**
 * Properties that are unknown, or that their published documentation calls deprecated. The compiler tells only the first
 * unknown property of an object, and none as long as another value in it is wrong; a person wants all of them at once.
 */
function properties(checker, source, spans) {
  const found = [];
  const visit = (node) => {
    const finding = ts.isPropertyAssignment(node) ? judge(checker, node) : undefined;
    if (finding) found.push({ ...finding, path: pathAt(spans, node.name.getStart(source)) });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function judge(checker, property) {
  const context = checker.getContextualType(property.parent);
  if (!context) return undefined;
  const name = property.name.text;
  const type = checker.getNonNullableType(context);
  const symbol = checker.getPropertyOfType(type, name);
  if (!symbol && !(type.isUnion() ? type.types : [type]).some((part) => takes(checker, part, name))) {
    return { rule: 'type', message: `unknown property ${JSON.stringify(name)}` };
  }
  const note = symbol && deprecation(symbol, checker);
  return note === undefined ? undefined : { rule: 'deprecated', message: `is deprecated by Grafana${note ? `: ${note}` : ''}` };
}

const takes = (checker, type, name) =>
  Boolean(type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never)) ||
  checker.getPropertyOfType(type, name) !== undefined ||
  checker.getIndexInfosOfType(type).length > 0;
