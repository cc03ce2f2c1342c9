import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One import or re-export of a source file. */
export interface Import {
  /** As written. */
  specifier: string;
  /** A file of ours, as a path from the root; `null` for a package. */
  target: string | null;
  /** Erased by the compiler: no dependency at run time. */
  isType: boolean;
  isExport: boolean;
}

export interface SourceFile {
  /** From the root: `src/chats/chats.service.ts`. */
  path: string;
  /** The folder below `src`; empty for the files beside the folders. */
  area: string;
  imports: Import[];
  tree: ts.SourceFile;
}

/** Every source file but the specs, parsed. */
export function sourceFiles(): SourceFile[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join('src', name.replaceAll('\\', '/')))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
    .toSorted()
    .map(parse);
}

function parse(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const [, folder, ...rest] = path.split('/');
  return { path, area: rest.length > 0 ? (folder ?? '') : '', imports: importsOf(tree, path), tree };
}

function importsOf(tree: ts.SourceFile, path: string): Import[] {
  const found: Import[] = [];
  walk(tree, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node), false);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false, false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true, false);
    }
  });
  return found;

  function add(node: ts.Node | undefined, isType: boolean, isExport: boolean): void {
    if (!node || !ts.isStringLiteralLike(node)) return;
    const specifier = node.text;
    const target = specifier.startsWith('.')
      ? posix.join(dirname(path), specifier).replace(/\.js$/, '.ts')
      : null;
    found.push({ specifier, target, isType, isExport });
  }
}

function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return false;
  if (importClause.isTypeOnly) return true;
  const { name, namedBindings } = importClause;
  if (name || !namedBindings || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly);
}

/** Visits every node; comments are none. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** `src/a.ts:12` of each node that `picks` wants. */
export function findNodes(files: readonly SourceFile[], picks: (node: ts.Node) => boolean): string[] {
  return files.flatMap(({ path, tree }) => {
    const lines: string[] = [];
    walk(tree, (node) => {
      if (picks(node)) lines.push(`${path}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    });
    return lines;
  });
}

/** Every way round in the graph of run-time imports, each once, from its first file in the alphabet on. */
export function cyclesOf(files: readonly SourceFile[]): string[] {
  const edges = new Map(
    files.map(({ path, imports }): [string, string[]] => [
      path,
      imports.flatMap(({ target, isType }) => (target && !isType ? [target] : [])),
    ]),
  );
  const cycles = new Set<string>();
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      cycles.add(canonical(trail.slice(start)));
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return [...cycles];
}

function canonical(cycle: string[]): string {
  const first = cycle.indexOf(cycle.toSorted()[0] as string);
  return [...cycle.slice(first), ...cycle.slice(0, first), cycle[first]].join(' -> ');
}
