"Names of a part that are imported when they are first asked for: `import uniaudio_nb.codec` alone costs nothing."

import ast
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules


def named_imports(file):
    "Read the imports below `if TYPE_CHECKING:` in an `__init__.py`: name -> module, relative to the package."
    found = {}
    for node in ast.parse(Path(file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for statement in node.body:
                found |= {each.name: statement.module for each in statement.names}
    return found


def lazy(package, file, grown=None):
    """Make `__getattr__`, `__dir__` and `__all__` for a package from what its file imports below `if TYPE_CHECKING:`.

    Editors and type checkers read these imports as they stand; at run time each happens when its name is asked for.
    `grown` maps the name of a class to further modules that add methods to it (`@patch`): they are imported with it.
    """
    places, grown = named_imports(file), grown or {}
    modules = {module.name for module in iter_modules([str(Path(file).parent)]) if not module.name.startswith("_")}

    def __getattr__(name):
        if name in places:
            value = getattr(import_module(f".{places[name]}", package), name)
            for module in grown.get(name, ()):
                import_module(f".{module}", package)
            return value
        if name in modules:
            return import_module(f".{name}", package)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def __dir__():
        return sorted({*places, *modules, "__doc__", "__file__", "__name__", "__path__"})

    return __getattr__, __dir__, sorted(places)
