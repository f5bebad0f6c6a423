import type { ChatGptNode } from './chatgpt-shape.ts';

type Mapping = Readonly<Record<string, ChatGptNode>>;

/** The path that a conversation shows, and what else its tree has. */
export type ActivePath = {
  /** Node ids, oldest first. */
  readonly nodes: readonly string[];
  /** How many ends of the tree are not on the path: answers regenerated, questions edited. */
  readonly branches: number;
  /** Why the path does not reach a root, if so. */
  readonly damage: 'cycle' | 'missing parent' | null;
};

/**
 * Walks from the current node up to the root.
 *
 * A node whose parent is not in the tree is looked for among the children of the others. Without a (known) current
 * node, the path ends in the leaf with the latest message, the last one in the file among equals.
 */
export function activePath(mapping: Mapping, currentNode: string | null): ActivePath {
  const parents = parentsOf(mapping);
  const leaves = leavesOf(mapping, parents);
  const end = currentNode !== null && Object.hasOwn(mapping, currentNode) ? currentNode : latest(mapping, leaves);
  const path = new Set<string>();
  let damage: ActivePath['damage'] = null;
  for (let at: string | null = end; at !== null; at = parents.get(at) ?? null) {
    if (path.has(at)) {
      damage = 'cycle';
      break;
    }
    path.add(at);
    const told = mapping[at]?.parent ?? null;
    if (told !== null && !parents.has(at)) damage = 'missing parent';
  }
  return { nodes: Array.from(path).reverse(), branches: leaves.filter((leaf) => !path.has(leaf)).length, damage };
}

function parentsOf(mapping: Mapping): Map<string, string> {
  const listed = new Map<string, string>();
  for (const [id, node] of Object.entries(mapping)) {
    for (const child of node.children ?? []) listed.set(child, id);
  }
  const parents = new Map<string, string>();
  for (const [id, { parent }] of Object.entries(mapping)) {
    const known = typeof parent === 'string' && Object.hasOwn(mapping, parent) ? parent : listed.get(id);
    if (known !== undefined) parents.set(id, known);
  }
  return parents;
}

function leavesOf(mapping: Mapping, parents: ReadonlyMap<string, string>): string[] {
  const inner = new Set(parents.values());
  return Object.keys(mapping).filter((id) => !inner.has(id));
}

function latest(mapping: Mapping, leaves: readonly string[]): string | null {
  let best: { id: string; time: number } | null = null;
  for (const id of leaves.length === 0 ? Object.keys(mapping) : leaves) {
    const time = timeOf(mapping[id]?.message);
    if (best === null || time >= best.time) best = { id, time };
  }
  return best?.id ?? null;
}

function timeOf(message: unknown): number {
  if (typeof message !== 'object' || message === null || !('create_time' in message)) return 0;
  return typeof message.create_time === 'number' ? message.create_time : 0;
}
