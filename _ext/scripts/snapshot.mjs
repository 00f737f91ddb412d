// node snapshot.mjs <folder of Pyodide> <file to write>: the memory of a Python that has started, packed.
// Modules that every page needs are in it; NumPy cannot be, because it is a shared library.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const [folder, target] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: `${folder}/`, _makeSnapshot: true });
python.runPython("import base64, dataclasses, functools, html, inspect, json, math, random, re, typing, zipfile");
writeFileSync(target, gzipSync(python.makeMemorySnapshot()));
