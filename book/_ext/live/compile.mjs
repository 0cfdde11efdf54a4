// Python's modules, compiled by the Python that will import them: beside each .py below a folder comes its .pyc.
//
//     node compile.mjs PYODIDE FOLDER PLACE...       each PLACE is a folder below FOLDER and where it will lie

const [, , home, folder, ...places] = process.argv;
const { loadPyodide } = await import(`${home}/pyodide.mjs`);
const pyodide = await loadPyodide({ indexURL: home });
pyodide.FS.mkdir("/modules");
pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: folder }, "/modules");
pyodide.globals.set("places", pyodide.toPy(places.map((place) => place.split("="))));
pyodide.runPython(`
import warnings
from compileall import compile_dir
from py_compile import PycInvalidationMode

warnings.simplefilter("ignore")                     # of the packages' own code
for name, later in places:
    compile_dir(f"/modules/{name}", quiet=2, legacy=True, stripdir=f"/modules/{name}", prependdir=later,
                invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
`);
