"""What a shared library needs and offers, as JSON that gates.mjs judges. Usage: facts.py FILE"""

import json
import re
import struct
import sys

import lief

LONGEST_NAME = 256
ID = lief.MachO.LoadCommand.TYPE.ID_DYLIB


def elf(binary):
    """Node's own functions are those that no library of the list versions; musl versions nothing, so there it is by their names."""
    undefined = [s for s in binary.dynamic_symbols if s.shndx == 0 and s.name]
    floors = {}
    for requirement in binary.symbols_version_requirement:
        for auxiliary in requirement.get_auxiliary_symbols():
            family, _, version = auxiliary.name.rpartition("_")
            floors[family] = max(floors.get(family, "0"), version, key=numbers)
    unversioned = [s.name for s in undefined if not is_versioned(s) and s.binding != lief.ELF.Symbol.BINDING.WEAK]
    defined = [s for s in binary.dynamic_symbols if s.shndx != 0 and s.name]
    flags = binary.get(lief.ELF.DynamicEntry.TAG.FLAGS_1)
    return {
        "machine": name_of(binary.header.machine_type),
        "libraries": list(binary.libraries),
        # Weak and unique ones are templates of the C++ library, the same in every program.
        "exports": [s.name for s in defined if s.binding == lief.ELF.Symbol.BINDING.GLOBAL],
        "fromNode": unversioned if floors else [name for name in unversioned if is_nodes(name)],
        "floors": floors,
        "isPinned": flags is not None and flags.has(lief.ELF.DynamicEntryFlags.FLAG.NODELETE),
    }


def is_versioned(symbol):
    version = symbol.symbol_version
    return version is not None and version.has_auxiliary_version


def pe(binary):
    at_start = {library.name: [entry.name for entry in library.entries] for library in binary.imports}
    delayed = {library.name: [entry.name for entry in library.entries] for library in binary.delay_imports}
    delayed.update(delayed_by_dlltool(binary))
    return {
        "machine": name_of(binary.header.machine),
        "libraries": list(at_start),
        "delayed": list(delayed),
        "exports": [entry.name for entry in binary.get_export().entries] if binary.has_exports else [],
        "fromNode": [
            function
            for libraries in (at_start, delayed)
            for library, functions in libraries.items()
            if library.lower() == "node.exe"
            for function in functions
        ],
    }


def delayed_by_dlltool(binary):
    """GNU's linker does not enter the descriptor of a library that is loaded late into the header, only into the symbols."""
    libraries = {}
    for symbol in binary.symbols:
        if str(symbol.name).startswith("__DELAY_IMPORT_DESCRIPTOR"):
            section = binary.sections[symbol.section_idx - 1]
            # ImgDelayDescr of delayimp.h: attributes, name, handle, addresses, names; positions are relative to the image.
            _, name, _, _, names = struct.unpack("<5I", read(binary, section.virtual_address + symbol.value, 20))
            libraries[text_at(binary, name)] = list(names_at(binary, names))
    return libraries


def names_at(binary, position):
    """Names of functions: positions of a hint of two bytes and a text, up to an empty one."""
    while (entry := struct.unpack("<Q", read(binary, position, 8))[0]) != 0:
        yield text_at(binary, entry + 2)
        position += 8


def text_at(binary, position):
    return read(binary, position, LONGEST_NAME).partition(b"\0")[0].decode()


def read(binary, position, size):
    return bytes(binary.get_content_from_virtual_address(position, size, lief.Binary.VA_TYPES.RVA))


def macho(binary):
    binary = binary.at(0)
    underscored = [s.name for s in binary.imported_symbols if is_nodes(s.name.removeprefix("_")) or is_dynamic(s)]
    return {
        "machine": name_of(binary.header.cpu_type),
        "libraries": [library.name for library in binary.libraries if library.command != ID],
        "exports": [s.name.removeprefix("_") for s in binary.exported_symbols if not is_standard(s.name)],
        "fromNode": [name.removeprefix("_") for name in underscored],
        "system": ".".join(map(str, binary.build_version.minos[:2])) if binary.has_build_version else None,
        "isSigned": binary.has_code_signature,
    }


def is_dynamic(symbol):
    """Looked for in whatever is loaded, not in one library."""
    return symbol.has_binding_info and symbol.binding_info.library_ordinal < 0


def is_standard(name):
    """What the linker and the C++ library put into every program: names in namespace std, tables of them, new and delete."""
    linkers = name in ("__mh_dylib_header", "___dso_handle")
    return linkers or re.match(r"__Z(T[ISV])?(N?K?(St|NSt3__1)|N?KNSt3__1|n[aw]m|d[al]Pv)", name) is not None


def numbers(version):
    return [int(part) for part in version.split(".")]


def is_nodes(name):
    return re.match(r"(napi|node_api)_", name) is not None


def name_of(value):
    return str(value).rpartition(".")[2].upper()


EMPTY = {"delayed": [], "floors": {}, "isPinned": False, "system": None, "isSigned": False}
READERS = {"ELF": elf, "PE": pe, "MACHO": macho}

path = sys.argv[1]
kind = "ELF" if lief.is_elf(path) else "PE" if lief.is_pe(path) else "MACHO"
parsed = lief.MachO.parse(path) if kind == "MACHO" else lief.parse(path)
print(json.dumps({"format": kind, **EMPTY, **READERS[kind](parsed)}))
