import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activePath } from '../../src/importing/chatgpt-path.ts';

type Tree = Record<string, { parent?: string | null; children?: string[]; message?: object | null }>;

function pathOf(tree: Tree, current: string | null) {
  const mapping = Object.fromEntries(Object.entries(tree).map(([id, node]) => [id, { message: null, ...node }]));
  const { nodes, branches, damage } = activePath(mapping, current);
  return { nodes: nodes.join(' '), branches, damage };
}

const FORKED: Tree = {
  root: { parent: null, children: ['q'], message: null },
  q: { parent: 'root', children: ['a1', 'a2', 'a3'], message: {} },
  a1: { parent: 'q', children: [], message: { create_time: 10 } },
  a2: { parent: 'q', children: ['q2'], message: { create_time: 11 } },
  q2: { parent: 'a2', children: [], message: { create_time: 12 } },
  a3: { parent: 'q', children: [], message: { create_time: 11.5 } },
};

test('the path leads from the root to the current node, and other ends are counted', () => {
  assert.deepEqual(pathOf(FORKED, 'a1'), { nodes: 'root q a1', branches: 2, damage: null });
  assert.deepEqual(pathOf(FORKED, 'q2'), { nodes: 'root q a2 q2', branches: 2, damage: null });
});

test('without a current node, or with one that is not in the tree, the path ends in the latest leaf', () => {
  for (const current of [null, 'gone']) assert.equal(pathOf(FORKED, current).nodes, 'root q a2 q2');
});

test('among leaves without times the last one in the file counts', () => {
  const tree: Tree = { root: { children: ['a', 'b'] }, a: { parent: 'root' }, b: { parent: 'root', message: null } };
  assert.equal(pathOf(tree, null).nodes, 'root b');
});

test('a node whose parent is gone is found among the children of the others', () => {
  const tree: Tree = { root: { children: ['a'] }, a: { parent: 'gone', children: ['b'] }, b: { children: [] } };
  assert.deepEqual(pathOf(tree, 'b'), { nodes: 'root a b', branches: 0, damage: null });
});

test('a path that breaks off is told, and the part above counts as another branch', () => {
  const tree: Tree = { root: { children: [] }, a: { parent: 'gone', children: ['b'] }, b: { parent: 'a' } };
  assert.deepEqual(pathOf(tree, 'b'), { nodes: 'a b', branches: 1, damage: 'missing parent' });
});

test('a cycle is walked once and told', () => {
  const tree: Tree = { a: { parent: 'c' }, b: { parent: 'a' }, c: { parent: 'b' } };
  assert.deepEqual(pathOf(tree, 'c'), { nodes: 'a b c', branches: 0, damage: 'cycle' });
  assert.deepEqual(pathOf(tree, null), { nodes: 'a b c', branches: 0, damage: 'cycle' });
  assert.deepEqual(pathOf({ a: { parent: 'a' } }, 'a'), { nodes: 'a', branches: 0, damage: 'cycle' });
});

test('an empty tree has an empty path', () => {
  assert.deepEqual(pathOf({}, 'a'), { nodes: '', branches: 0, damage: null });
});

test('names that every object has are no nodes', () => {
  assert.deepEqual(pathOf({ a: { parent: 'constructor' } }, 'toString'), {
    nodes: 'a',
    branches: 0,
    damage: 'missing parent',
  });
});
