/** The bytes in chunks of this size, each overwritten once the next is asked for, as those of a file are. */
export async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  const memory = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) {
    const copied = bytes.copy(memory, 0, at, at + size);
    yield await Promise.resolve(memory.subarray(0, copied));
    memory.fill('#');
  }
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
