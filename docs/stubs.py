"""Write a stub file beside every module whose classes grow step by step: editors and type checkers do not run `@patch`.

python docs/stubs.py
"""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADER = "# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.\n"
SIMPLE = (str, int, float, bool, type(None))  # defaults that a signature shows as they are


def is_patch(node):
    "The `@patch` decorator of a function, or None."
    for decorator in getattr(node, "decorator_list", []):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(called, ast.Name) and called.id == "patch":
            return decorator


def patches_of(tree):
    "Pairs (class name, function) of what a module adds to classes."
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and is_patch(node):
            annotation = node.args.args[0].annotation
            yield ast.unparse(annotation).strip("'\""), node


def default_of(node):
    "A default value as it stands in a stub."
    return node if isinstance(node, ast.Constant) and isinstance(node.value, SIMPLE) else ast.Constant(...)


def signature(node, *, drop_first_annotation=False, decorators=()):
    "The function without its body."
    arguments = node.args
    if drop_first_annotation:
        arguments.args[0].annotation = None
    arguments.defaults = [default_of(each) for each in arguments.defaults]
    arguments.kw_defaults = [each and default_of(each) for each in arguments.kw_defaults]
    stub = ast.FunctionDef(
        name=node.name,
        args=arguments,
        body=[ast.Expr(ast.Constant(...))],
        decorator_list=list(decorators),
        returns=node.returns,
        type_params=[],
    )
    return ast.fix_missing_locations(stub)


def method(node):
    "A function that `@patch` adds, as the method that it becomes."
    decorator = is_patch(node)
    words = {word.arg for word in decorator.keywords} if isinstance(decorator, ast.Call) else set()
    if "as_prop" in words:
        kinds = [ast.Name("property")]
    elif "cls_method" in words:
        kinds = [ast.Name("classmethod")]
    else:
        kinds = []
    return signature(node, drop_first_annotation=True, decorators=kinds)


def kind_of(value):
    "The type of what is assigned, as far as it can be read; Any otherwise."
    literal = {ast.Dict: "dict", ast.List: "list", ast.Tuple: "tuple", ast.Set: "set", ast.JoinedStr: "str"}
    literal |= {ast.DictComp: "dict", ast.ListComp: "list", ast.SetComp: "set"}
    if type(value) in literal:
        return literal[type(value)]
    if isinstance(value, ast.Constant) and isinstance(value.value, (str, int, float, bool)):
        return type(value.value).__name__
    return "Any"


def field(name, annotation):
    "The line `name: annotation`."
    return ast.AnnAssign(ast.Name(name, ast.Store()), annotation, None, simple=1)


def assignments(body):
    "Pairs (target, value) of all assignments, tuples taken apart; a value that cannot be told is None."
    for node in body:
        if isinstance(node, ast.AnnAssign):
            yield node.target, node.value
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if not isinstance(target, ast.Tuple):
                    yield target, node.value
                    continue
                same_length = isinstance(node.value, ast.Tuple) and len(node.value.elts) == len(target.elts)
                yield from zip(target.elts, node.value.elts if same_length else [None] * len(target.elts))


def attributes_of(init, known):
    "Attributes that `__init__` assigns and that the class does not name."
    given = {each.arg: each.annotation for each in [*init.args.args, *init.args.kwonlyargs]}
    for target, value in assignments(ast.walk(init)):
        if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self" and target.attr not in known:
            known.add(target.attr)
            same = isinstance(value, ast.Name) and given.get(value.id)
            yield field(target.attr, same or ast.Name("Any"))


def class_stub(node, added):
    "A class without the bodies of its methods, and with those that are added to it."
    body, known = [], {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
    known |= {each.target.id for each in node.body if isinstance(each, ast.AnnAssign)} | {f.name for f in added}
    dataclass = any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)
    for each in node.body:
        if isinstance(each, ast.AnnAssign):
            body.append(ast.AnnAssign(each.target, each.annotation, each.value and ast.Constant(...), each.simple))
        elif isinstance(each, ast.Assign):
            body += [field(target.id, ast.Name(kind_of(value))) for target, value in assignments([each])]
        elif isinstance(each, ast.FunctionDef):
            if each.name == "__init__" and not dataclass:
                body += attributes_of(each, known)
            body.append(signature(each, decorators=each.decorator_list))
    body += [method(each) for each in added]
    return ast.ClassDef(node.name, node.bases, node.keywords, body or [ast.Pass()], node.decorator_list, type_params=[])


def names_in(nodes):
    "Every name that the nodes use; those that they only assign are left out."
    found = (each for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name))
    return {each.id for each in found if not isinstance(getattr(each, "ctx", None), ast.Store)}


def absolute(node, module):
    "The module that an import names, from the top."
    if not node.level:
        return node.module
    return ".".join([*module.split(".")[: -node.level], *([node.module] if node.module else [])])


def defined_in(tree):
    "The names that a module defines itself."
    found = {node.name for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    return found | {node.id for node, _ in assignments(tree.body) if isinstance(node, ast.Name)}


def home_of(name, module, trees):
    "The module in which a name is defined that a module of the library uses: a stub offers nothing that it imports."
    while module in trees and name not in defined_in(trees[module]):
        imported = (node for node in trees[module].body if isinstance(node, ast.ImportFrom))
        module = next(absolute(node, module) for node in imported if name in {alias.name for alias in node.names})
    return module


def imports_for(names, module, target, trees):
    "The imports by which a module explains these names to the stub of another one, or of itself."
    tree = trees[module]
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                home = home_of(alias.name, absolute(node, module), trees)
                if (alias.asname or alias.name) in names and home != target:
                    yield ast.ImportFrom(home, [alias], 0)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if (alias.asname or alias.name).split(".")[0] in names:
                    yield ast.Import([alias])
    if module != target:
        yield from (ast.ImportFrom(module, [ast.alias(name)], 0) for name in sorted(defined_in(tree) & names))


def stub(module, trees, added):
    "The text of a stub."
    body, lines = [], set()
    for node in trees[module].body:
        if isinstance(node, ast.ClassDef):
            grown = added[module, node.name]
            body.append(class_stub(node, [function for _, function in grown]))
            for origin, function in grown:
                wanted = imports_for(names_in([method(function)]), origin, module, trees)
                lines |= {ast.unparse(each) for each in wanted} if origin != module else set()
        elif isinstance(node, ast.FunctionDef) and not is_patch(node):
            decorators = [each for each in node.decorator_list if "cache" not in ast.unparse(each)]
            body.append(signature(node, decorators=decorators))
        elif isinstance(node, ast.AnnAssign):
            body.append(field(ast.unparse(node.target), node.annotation))
        else:
            pairs = ((target, value) for target, value in assignments([node]) if isinstance(target, ast.Name))
            body += [field(target.id, ast.Name(kind_of(value))) for target, value in pairs if target.id != "__all__"]
    used = names_in(body)
    lines |= {ast.unparse(each) for each in imports_for(used, module, module, trees)}
    if "Any" in used:
        lines.add("from typing import Any")
    return HEADER + "\n".join([*sorted(lines), *(ast.unparse(ast.fix_missing_locations(each)) for each in body)]) + "\n"


def stubs(library):
    "Path and text of every stub that a library needs."
    trees, paths = {}, {}
    for path in sorted(library.rglob("[a-z]*.py")):
        module = ".".join(path.relative_to(library.parent).with_suffix("").parts)
        trees[module], paths[module] = ast.parse(path.read_text(encoding="utf-8")), path
    added = defaultdict(list)  # (module, class) -> pairs (module that adds, function)
    for module, tree in trees.items():
        for name, function in patches_of(tree):
            added[home_of(name, module, trees), name].append((module, function))
    grown = sorted({module for module, _ in added})
    return {paths[module].with_suffix(".pyi"): stub(module, trees, added) for module in grown}


def main():
    library = ROOT / "uniaudio_nb"
    wanted = stubs(library)
    for path in library.rglob("*.pyi"):
        if path not in wanted:
            path.unlink()
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")
    (library / "py.typed").touch()


if __name__ == "__main__":
    main()
