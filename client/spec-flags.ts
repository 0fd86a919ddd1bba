/** Command line flags of the run spec, generated from its schema: a new key of the spec is a new flag. */
import { runSpecSchema } from '../pipeline/config.js';

export type FlagType = 'number' | 'text' | 'boolean' | 'numbers' | 'texts';

export interface SpecFlag {
  /** Path in the spec, for example ['labels', 'holdingBars']. */
  readonly path: readonly string[];
  /** Without dashes, for example labels.holding-bars. */
  readonly flag: string;
  readonly type: FlagType;
  /** Words for the help: values or type, and the default. */
  readonly description: string;
}

/** Short names for keys that people type often. */
const SHORT_FLAGS: Readonly<Record<string, string>> = { 'cache.mode': 'cache', 'cache.refresh': 'refresh' };

/** The part of a zod schema's definition that flags are made of. */
interface SchemaNode {
  readonly def: {
    readonly type: string;
    readonly innerType?: SchemaNode;
    readonly element?: SchemaNode;
    readonly entries?: Readonly<Record<string, string>>;
    readonly values?: readonly unknown[];
    readonly defaultValue?: unknown;
  };
  readonly shape?: Readonly<Record<string, SchemaNode>>;
}

/** Every flag of the run spec, in the order of the schema. */
export function specFlags(): readonly SpecFlag[] {
  return flagsOf(runSpecSchema as unknown as SchemaNode, []);
}

function flagsOf(node: SchemaNode, path: readonly string[]): SpecFlag[] {
  return Object.entries(node.shape ?? {}).flatMap(([key, member]) => {
    const inner = unwrap(member);
    if (inner.schema.shape !== undefined) return flagsOf(inner.schema, [...path, key]);
    return [flagOf([...path, key], inner)];
  });
}

interface Unwrapped {
  readonly schema: SchemaNode;
  readonly defaultValue: unknown;
}

function unwrap(node: SchemaNode): Unwrapped {
  let schema = node;
  let defaultValue: unknown;
  while (schema.def.innerType !== undefined) {
    defaultValue ??= schema.def.type === 'default' ? schema.def.defaultValue : undefined;
    schema = schema.def.innerType;
  }
  return { schema, defaultValue };
}

function flagOf(path: readonly string[], { schema, defaultValue }: Unwrapped): SpecFlag {
  const dotted = path.join('.');
  const type = flagType(schema);
  const values = schema.def.entries === undefined ? valueWords(type, schema) : Object.keys(schema.def.entries).join(' | ');
  const standard = defaultValue === undefined || (Array.isArray(defaultValue) && defaultValue.length === 0) ? '' : `, default ${String(defaultValue)}`;
  return { path, flag: SHORT_FLAGS[dotted] ?? kebabCase(dotted), type, description: `${values}${standard}` };
}

function flagType(schema: SchemaNode): FlagType {
  if (schema.def.type === 'array') return schema.def.element?.def.type === 'number' ? 'numbers' : 'texts';
  if (schema.def.type === 'number' || schema.def.type === 'boolean') return schema.def.type;
  return 'text';
}

function valueWords(type: FlagType, schema: SchemaNode): string {
  if (schema.def.values !== undefined) return schema.def.values.join(' | ');
  if (schema.def.type === 'union') return 'ISO 8601 date or time, UTC';
  return { number: 'number', text: 'text', boolean: 'true | false', numbers: 'numbers, with commas', texts: 'names, with commas' }[type];
}

function kebabCase(dotted: string): string {
  return dotted.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
