/** node check.mjs [--json] DASHBOARD.json... : exit 0 when all conform, 1 with findings, 3 when the check cannot run. */
import fs from 'node:fs';
import { readJson } from './lib/json.mjs';
import { ruleFindings } from './lib/rules.mjs';
import { typeFindings } from './lib/types.mjs';

function check(names) {
  const files = names.map((name) => ({ name, ...readJson(name, fs.readFileSync(name, 'utf8')) }));
  const readable = files.filter((file) => file.value !== null && typeof file.value === 'object' && !Array.isArray(file.value));
  const types = typeFindings(readable.map((file) => file.value));
  readable.forEach((file, index) => file.findings.push(...types[index], ...ruleFindings(file.value)));
  return files.map((file) => ({
    file: file.name,
    findings: readable.includes(file) || file.findings.length ? file.findings.map((found) => located(file, found)) : [notADashboard],
  }));
}

const notADashboard = { line: 1, path: '', rule: 'json', message: 'a dashboard is a JSON object' };

/** A missing property has no line of its own: its parent's is the nearest. */
function located(file, found) {
  let place = found.path;
  while (place && !file.lines.has(place)) place = place.replace(/(\.[^.[\]]+|\[[^[\]]*\]|^[^.[\]]+)$/, '');
  return { line: file.lines.get(place) ?? 1, ...found };
}

function print(results) {
  for (const { file, findings } of results) {
    for (const { line, path, rule, message } of findings) {
      console.log(`${file}:${line}: ${path || '(dashboard)'}: ${message} [${rule}]`);
    }
  }
  const bad = results.filter((result) => result.findings.length);
  const count = results.reduce((sum, result) => sum + result.findings.length, 0);
  console.log(`${results.length} dashboards: ${results.length - bad.length} conform, ${bad.length} do not (${count} findings)`);
}

const args = process.argv.slice(2);
const names = args.filter((arg) => !arg.startsWith('--'));
if (names.length === 0) {
  console.error('usage: node check.mjs [--json] DASHBOARD.json...');
  process.exit(2);
}
try {
  const results = check(names);
  if (args.includes('--json')) console.log(JSON.stringify(results));
  else print(results);
  process.exitCode = results.some((result) => result.findings.length) ? 1 : 0;
} catch (error) {
  console.error(error.message);
  process.exitCode = 3;
}
