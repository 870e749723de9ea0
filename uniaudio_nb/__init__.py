"""One language model for eleven audio generation tasks. Parts are imported when they are first used."""
__version__ = "0.1.0"


def __getattr__(name):
    "Import `uniaudio_nb.NAME` when it is first asked for, so that `import uniaudio_nb` alone is fast."
    from importlib import import_module
    from pkgutil import iter_modules
    if name in ("UniAudio", "Generation"): return getattr(import_module(f"{__name__}.uniaudio"), name)
    if name in {module.name for module in iter_modules(__path__)} and not name.startswith("_"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    from pkgutil import iter_modules
    return sorted({*globals(), "UniAudio", "Generation", *(module.name for module in iter_modules(__path__))})
