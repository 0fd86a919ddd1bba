/** A TensorFlow graph as the bytes of a SavedModel (tensorflow/core/protobuf/saved_model.proto, framework/graph.proto of 2.19). */
import { ProtobufWriter } from './protobuf-writer.js';

/** Values of one attribute of a node; `type` is TensorFlow's number of a type. */
export type GraphAttribute =
  | { readonly kind: 'whole' | 'single' | 'type'; readonly value: number }
  | { readonly kind: 'wholes' | 'shape'; readonly value: readonly number[] }
  | { readonly kind: 'flag'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: GraphTensor };

export interface GraphTensor {
  readonly type: number;
  readonly shape: readonly number[];
  /** Little-endian, row-major; of a tensor with one value throughout, that value alone. */
  readonly values: Float32Array | Int32Array | Uint8Array;
  /** Whether `values` is one single-precision number that all entries have. */
  readonly isUniform: boolean;
}

export interface GraphNode {
  readonly name: string;
  readonly operation: string;
  /** `NAME:OUTPUT` each. */
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, GraphAttribute>>;
}

/** What `tags` of the addon's loadSavedModel has to name. */
export const GRAPH_TAG = 'serve';
/** Version that the graph says it was made by: TensorFlow 2.19's own (TF_GRAPH_DEF_VERSION lies above 2,000). */
const PRODUCER = 2000;

/** The content of `saved_model.pb`, without variables and signatures. */
export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const graph = new ProtobufWriter();
  for (const node of nodes) graph.bytes(1, encodeNode(node));
  graph.bytes(4, new ProtobufWriter().whole(1, PRODUCER));
  const meta = new ProtobufWriter().bytes(1, new ProtobufWriter().bytes(4, GRAPH_TAG)).bytes(2, graph);
  return new ProtobufWriter().whole(1, 1).bytes(2, meta).finish();
}

function encodeNode({ name, operation, inputs, attributes }: GraphNode): ProtobufWriter {
  const node = new ProtobufWriter().bytes(1, name).bytes(2, operation);
  for (const input of inputs) node.bytes(3, input);
  for (const [key, attribute] of Object.entries(attributes)) node.bytes(5, new ProtobufWriter().bytes(1, key).bytes(2, encodeAttribute(attribute)));
  return node;
}

function encodeAttribute(attribute: GraphAttribute): ProtobufWriter {
  const writer = new ProtobufWriter();
  switch (attribute.kind) {
    case 'text':
      return writer.bytes(2, attribute.value);
    case 'whole':
      return writer.whole(3, attribute.value);
    case 'single':
      return writer.single(4, attribute.value);
    case 'flag':
      return writer.whole(5, attribute.value ? 1 : 0);
    case 'type':
      return writer.whole(6, attribute.value);
    case 'shape':
      return writer.bytes(7, encodeShape(attribute.value));
    case 'tensor': {
      const { type, shape, values, isUniform } = attribute.value;
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      return writer.bytes(
        8,
        new ProtobufWriter()
          .whole(1, type)
          .bytes(2, encodeShape(shape))
          .bytes(isUniform ? 5 : 4, bytes),
      );
    }
    case 'wholes': {
      const list = new ProtobufWriter();
      for (const value of attribute.value) list.whole(3, value);
      return writer.bytes(1, list);
    }
  }
}

function encodeShape(shape: readonly number[]): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const length of shape) writer.bytes(2, new ProtobufWriter().whole(1, length));
  return writer;
}
