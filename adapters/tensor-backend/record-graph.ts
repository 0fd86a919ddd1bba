/** Records the operations of one eager computation on tfjs-node's addon as the nodes of a graph. */
import type { GraphAttribute, GraphNode } from './graph-definition.js';
import type { Addon, NodeBackend, OperationAttribute, TensorMetadata } from './node-backend.js';

export interface RecordedGraph {
  readonly nodes: readonly GraphNode[];
  /** `NODE:OUTPUT` of each input and output. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * What `compute` does with tensors of the given ids, as a graph: its inputs are placeholders, tensors made within it are constants.
 * It runs once; `compute` returns its outputs.
 * @throws Error when it reads a tensor's values or uses a tensor that is neither: a graph would hold this one run's. Not seen is a tensor
 * from before that no operation has used yet: the addon hears of it within, so it becomes a constant.
 */
export function recordGraph(backend: NodeBackend, inputs: readonly TensorMetadata[], compute: () => readonly TensorMetadata[]): RecordedGraph {
  const addon = backend.binding;
  const nodes: GraphNode[] = [];
  const places = new Map<number, string>();
  const placeOf = (id: number): string => {
    const place = places.get(id);
    if (place === undefined) throw new Error(`expected tensor ${id} to be an input or to be made within the computation`);
    return place;
  };
  const addNode = (operation: string, sources: readonly string[], attributes: GraphNode['attributes']): string => {
    const name = `n${nodes.length}`;
    nodes.push({ name, operation, inputs: sources, attributes });
    return name;
  };
  for (const { id, dtype, shape } of inputs) {
    places.set(id, `${addNode('Placeholder', [], { dtype: { kind: 'type', value: dtype }, shape: { kind: 'shape', value: shape } })}:0`);
  }
  const recording: Partial<Addon> = {
    createTensor: (shape, type, values) => {
      const id = addon.createTensor(shape, type, values);
      const isUniform = values instanceof Float32Array && values.length > 1 && values.every((value) => value === values[0]);
      // A copy: tfjs may use the array again.
      const tensor = { type, shape, isUniform, values: isUniform ? values.slice(0, 1) : values.slice() };
      places.set(id, `${addNode('Const', [], { dtype: { kind: 'type', value: type }, value: { kind: 'tensor', value: tensor } })}:0`);
      return id;
    },
    executeOp: (...call) => {
      const [operation, attributes, sources] = call;
      const made = addon.executeOp(...call);
      const named = Object.fromEntries(attributes.map((attribute) => [attribute.name, convertAttribute(addon, attribute)]));
      const name = addNode(operation, sources.map(placeOf), named);
      made.forEach(({ id }, i) => places.set(id, `${name}:${i}`));
      return made;
    },
    tensorDataSync: (id) => {
      throw new Error(`expected no values to be read within the computation, found tensor ${id} read`);
    },
  };
  // Properties of the addon are read-only, inherited ones too: they are defined anew rather than assigned.
  const replaced = Object.entries(recording).map(([name, value]) => [name, { value }] as const);
  backend.binding = Object.create(addon, Object.fromEntries(replaced)) as Addon;
  try {
    // A session cannot give out what it was fed: an output is a node of its own.
    const outputs = compute().map(({ id, dtype }) => `${addNode('Identity', [placeOf(id)], { T: { kind: 'type', value: dtype } })}:0`);
    return { nodes, inputs: inputs.map(({ id }) => placeOf(id)), outputs };
  } finally {
    backend.binding = addon;
  }
}

function convertAttribute(addon: Addon, { name, type, value }: OperationAttribute): GraphAttribute {
  const isList = Array.isArray(value);
  if (type === addon.TF_ATTR_TYPE && !isList) return { kind: 'type', value: value as number };
  if (type === addon.TF_ATTR_BOOL && !isList) return { kind: 'flag', value: value as boolean };
  if (type === addon.TF_ATTR_INT) return isList ? { kind: 'wholes', value: value as number[] } : { kind: 'whole', value: value as number };
  if (type === addon.TF_ATTR_FLOAT && !isList) return { kind: 'single', value: value as number };
  if (type === addon.TF_ATTR_STRING && !isList) return { kind: 'text', value: value as string };
  if (type === addon.TF_ATTR_SHAPE) return { kind: 'shape', value: value as number[] };
  throw new Error(`expected attribute ${name} of a kind that graphs are written with, found type ${type}${isList ? ', a list' : ''}`);
}
