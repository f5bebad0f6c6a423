/**
 * A `_rid`: four bytes for the database, four for the container, eight for the item, in the service's base64 with
 * `-` for `/`. The SDK takes only eight bytes for a container's.
 */
export function resourceId(database: number, container?: number, item?: number): string {
  const bytes = Buffer.alloc(item !== undefined ? 16 : container !== undefined ? 8 : 4);
  bytes.writeUInt32BE(database, 0);
  if (container !== undefined) bytes.writeUInt32BE(container, 4);
  if (item !== undefined) bytes.writeBigUInt64BE(BigInt(item), 8);
  return bytes.toString('base64').replaceAll('/', '-');
}

/** The `_rid` of an item in the container with this `_rid`. */
export function itemResourceId(containerRid: string, item: number): string {
  const bytes = Buffer.from(containerRid.replaceAll('-', '/'), 'base64');
  return resourceId(bytes.readUInt32BE(0), bytes.readUInt32BE(4), item);
}

/** An ETag as the service writes them: in quotes, another for every write. */
export function etagOf(write: number, seconds: number): string {
  const hex = (value: number): string => value.toString(16).padStart(8, '0').slice(-8);
  return `"${hex(write)}-0000-0300-0000-${hex(seconds)}0000"`;
}
