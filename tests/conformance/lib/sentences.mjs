/** Turns a diagnostic of the compiler into a JSON path and one sentence that a person without TypeScript can use. */
import ts from 'typescript';
import { child } from './json.mjs';

const MANY = 8;

/** The chain of messages from the outermost to the deepest; of several branches the first. */
function chain(message) {
  if (typeof message === 'string') return [message];
  const texts = [message.messageText];
  for (let next = message.next?.[0]; next; next = next.next?.[0]) texts.push(next.messageText);
  return texts;
}

/** Where the compiler stops at a union it names the way on in words: `Types of property 'value' are incompatible`. */
function furtherDown(path, texts) {
  return texts.reduce((place, text) => {
    const match = /^(?:Types of property|The types of) '([^']+)' are incompatible/.exec(text);
    const keys = match?.[1].match(/"[^"]+"|[^."]+/g) ?? [];
    return keys.reduce((way, key) => child(way, key.replace(/^"|"$/g, '')), place);
  }, path);
}

/** The compiler points at the very property, while the words name the way from a union that holds it. */
const UNKNOWN =
  /^Object literal may only specify known properties, (?:but|and) '(.*?)' does not exist in type [\s\S]*?(?:Did you mean to write '(.*?)'\?)?$/;
const KNOWN = [
  [/^Property '(.*?)' is missing in type [\s\S]* but required in type /, ([, name]) => `required property "${name}" is missing`],
  [/^Type [\s\S]* is missing the following properties from type [\s\S]*: (.*)$/, ([, names]) => `required properties are missing: ${names}`],
  [/^Type '([\s\S]*?)' is not assignable to type '([\s\S]*)'\.(?: Did you mean '.*'\?)?$/, ([, from, to]) => mismatch(from, to)],
];
const VOCABULARY = /^(?:NonNullable<)?(Unit|Reducer)\b/;
const MEANING = { Unit: 'a Grafana unit', Reducer: 'a Grafana reducer' };

function mismatch(from, to) {
  const vocabulary = VOCABULARY.exec(to);
  if (vocabulary) return `${from} is not ${MEANING[vocabulary[1]]}`;
  const choices = to.match(/"[^"]*"/g) ?? [];
  const isChoice = choices.length > 1 && to === choices.join(' | ');
  if (!isChoice || choices.length <= MANY) return `${clipped(from)} is not assignable to ${clipped(to)}${nearest(from, choices)}`;
  return `${from} is none of the ${choices.length} names that Grafana knows here${nearest(from, choices)}`;
}

const quoted = (name) => (name.startsWith('"') ? name : `"${name}"`);
const clipped = (text) => (text.length > 300 ? `${text.slice(0, 300)}...` : text);

function nearest(word, choices) {
  const ranked = choices.map((choice) => [distance(word, choice), choice]).sort((a, b) => a[0] - b[0]);
  const [best] = ranked;
  return best && best[0] > 0 && best[0] <= word.length / 2 ? `. Did you mean ${best[1]}?` : '';
}

/** Levenshtein, with a word that ends in the other (`lineWidth`, `custom.lineWidth`) as near. */
function distance(a, b) {
  if (b.endsWith(`.${a.slice(1)}`)) return 1;
  let row = [...Array(b.length + 1).keys()];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/** @returns {{path: string, message: string}} */
export function told(diagnostic, path) {
  const texts = chain(diagnostic.messageText);
  const last = texts.at(-1);
  const unknown = UNKNOWN.exec(last);
  if (unknown) {
    const hint = unknown[2] ? `. Did you mean "${unknown[2]}"?` : '';
    return { path, message: `unknown property ${quoted(unknown[1])}${hint}` };
  }
  for (const [pattern, say] of KNOWN) {
    const match = pattern.exec(last);
    if (match) return { path: furtherDown(path, texts), message: say(match) };
  }
  return { path: furtherDown(path, texts), message: clipped(last) };
}

/** Why a property is deprecated, when its documentation says so (with the tag or in words); else undefined. */
export function deprecation(symbol, checker) {
  const tag = symbol.getJsDocTags(checker).find((item) => item.name === 'deprecated');
  if (tag) return ts.displayPartsToString(tag.text).replace(/^[\s,-]+/, '');
  const words = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  return /^(This field|\w+) (is )?deprecated|^deprecated/i.test(words) ? words : undefined;
}
