/** The few rules of Protocol Buffers' wire format that a TensorFlow graph needs (protobuf.dev, Encoding). */

/** A message being written: fields in the order of the calls. */
export class ProtobufWriter {
  private readonly parts: Uint8Array[] = [];

  /** A whole number of at most 53 bits; a negative one takes the ten bytes of its two's complement. */
  whole(field: number, value: number): this {
    this.parts.push(varint(field * 8), varint(value));
    return this;
  }

  /** A number in single precision. */
  single(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.parts.push(varint(field * 8 + 5), bytes);
    return this;
  }

  /** Text, bytes, or a message within this one. */
  bytes(field: number, value: string | Uint8Array | ProtobufWriter): this {
    const content = value instanceof ProtobufWriter ? value.finish() : typeof value === 'string' ? new TextEncoder().encode(value) : value;
    this.parts.push(varint(field * 8 + 2), varint(content.length), content);
    return this;
  }

  /** The message written so far. */
  finish(): Uint8Array {
    return Buffer.concat(this.parts);
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
