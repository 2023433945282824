/** node units.mjs [--json] : the ids of Grafana's units, by category. */
import { unitGroups } from './lib/names.mjs';

if (process.argv.includes('--json')) {
  console.log(JSON.stringify(unitGroups().flatMap((group) => group.units.map((unit) => unit.id)).sort(), null, 1));
} else {
  for (const group of unitGroups()) {
    console.log(`# ${group.name}`);
    for (const { id, name } of group.units) console.log(`${id}\t${name}`);
  }
}
