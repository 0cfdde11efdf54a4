"""What code asks for, told by the names it imports: for who builds the book, and for Python in the reader's browser."""

import ast

LIBRARY = "course_lib"


def imports(tree, functions=True):
    """Return the names that code imports, with all their dots; without those that its functions import when called."""
    names = set()
    for node in parts(tree, functions):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def parts(tree, functions):
    """Walk over code, into its functions or not."""
    left = [tree]
    while left:
        node = left.pop()
        yield node
        if functions or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            left += ast.iter_child_nodes(node)


def only_imports(tree):
    """Whether code does nothing yet with what it imports of the library."""
    bound = {(alias.asname or alias.name).split(".")[0] for node in ast.walk(tree)
             if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names
             if f"{getattr(node, 'module', '')}.{alias.name}".strip(".").startswith(LIBRARY)}
    return bound.isdisjoint(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def packages(tree, needs):
    """Return what has to be there when code runs, and what it may ask for later.

    `needs` has for each module of the library the packages that it imports itself, and those with all that its
    functions import. What is wanted by modules that a cell only imports may come while its reader reads on.
    """
    names = imports(tree)
    opened = {name.rpartition(".")[0] for name in names if name not in needs}    # something in it was asked for
    first = {package for name in names & needs.keys() for package in needs[name][name in opened]}
    whole = {package for name in names & needs.keys() for package in needs[name][1]}
    return (first, whole - first) if only_imports(tree) else (whole, set())
