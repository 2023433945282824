/** The shape of a structural finding, and lists that may not be lists. */
import { child } from './json.mjs';

export const found = (path, message) => ({ rule: 'structure', path, message });
export const list = (value) => (Array.isArray(value) ? value : []);

/** The objects of a list, each with its path. */
export const at = (path, items) => list(items).map((value, index) => ({ value: value ?? {}, path: child(path, index) }));
