/**
 * Go modules that are nothing without the C or C++ code in them: their packages say `import "C"`, and `c++` where they are linked to libstdc++.
 * After the modules' source as the Go proxy, or their repository, had it on 2026-11-21. What is not here is not known.
 */

/** What the program needs beside the C library. By the module's path without the `/v2` at its end. */
const modules: ReadonlyMap<string, 'c' | 'c++'> = new Map([
  ['github.com/mattn/go-sqlite3', 'c'],
  ['github.com/mutecomm/go-sqlcipher', 'c'],
  ['github.com/confluentinc/confluent-kafka-go', 'c'],
  ['github.com/duckdb/duckdb-go', 'c++'],
  ['github.com/marcboeker/go-duckdb', 'c++'],
  ['rogchap.com/v8go', 'c++'],
  ['github.com/linxGnu/grocksdb', 'c++'],
  ['github.com/tecbot/gorocksdb', 'c++'],
  ['github.com/bytecodealliance/wasmtime-go', 'c'],
  ['github.com/wasmerio/wasmer-go', 'c'],
  ['github.com/DataDog/zstd', 'c'],
  ['github.com/valyala/gozstd', 'c'],
  ['github.com/chai2010/webp', 'c'],
  ['github.com/h2non/bimg', 'c'],
  ['github.com/davidbyttow/govips', 'c'],
  ['gopkg.in/gographics/imagick.v3', 'c'],
  ['github.com/godror/godror', 'c'],
  ['github.com/mattn/go-oci8', 'c'],
  ['github.com/pebbe/zmq4', 'c'],
  ['github.com/libgit2/git2go', 'c'],
  ['gocv.io/x/gocv', 'c++'],
  ['github.com/otiai10/gosseract', 'c++'],
]);

const path = (module: string) => module.replace(/\/v\d+$/, '');

/** By the module's path, of whatever major version. */
export const cgoModules: Pick<ReadonlyMap<string, 'c' | 'c++'>, 'get' | 'has'> = {
  get: (module) => modules.get(path(module)),
  has: (module) => modules.has(path(module)),
};

/**
 * What becomes of a program that uses them and is built with CGO_ENABLED=0, tried with Go 1.26 on 2026-11-21. `fails`: it is built, and
 * ends as it opens its database. The others of the table could not be tried.
 */
const tried: ReadonlyMap<string, 'fails' | 'is not built'> = new Map([
  ['github.com/mattn/go-sqlite3', 'fails'],
  ['github.com/mutecomm/go-sqlcipher', 'fails'],
  ['github.com/confluentinc/confluent-kafka-go', 'is not built'],
  ['github.com/linxGnu/grocksdb', 'is not built'],
  ['github.com/tecbot/gorocksdb', 'is not built'],
  ['github.com/DataDog/zstd', 'is not built'],
  ['github.com/valyala/gozstd', 'is not built'],
  ['github.com/chai2010/webp', 'is not built'],
  ['github.com/godror/godror', 'is not built'],
  ['github.com/mattn/go-oci8', 'is not built'],
  ['github.com/pebbe/zmq4', 'is not built'],
  ['gocv.io/x/gocv', 'is not built'],
  ['github.com/otiai10/gosseract', 'is not built'],
]);

export const withoutCgo = (module: string) => tried.get(path(module));
