"""Images made by hand, in the layouts that docker save and skopeo copy write."""
import gzip
import hashlib
import io
import json
import pathlib
import subprocess
import tarfile

PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
int main(int count, char** words) {
  char cwd[256];
  struct stat seen;
  printf("words");
  for (int i = 1; i < count; ++i) printf(" %s", words[i]);
  printf("\nids %d %d\ncwd %s\nFOO %s HOME %s\n", getuid(), getgid(), getcwd(cwd, sizeof cwd), getenv("FOO"), getenv("HOME"));
  for (int i = 1; i < count; ++i)
    if (words[i][0] == '/') printf("%s %s\n", words[i], lstat(words[i], &seen) ? "absent" : S_ISDIR(seen.st_mode) ? "folder" : "there");
  FILE* file = fopen("/data/written", "w");
  printf("written %s\n", file && fputs("x", file) > 0 && !fclose(file) ? "yes" : "no");
  fflush(stdout);
  if (count > 1 && !strcmp(words[1], "stay")) pause();
  return 0;
}
"""


def compile_program(folder):
    source, program = pathlib.Path(folder) / "app.c", pathlib.Path(folder) / "app"
    source.write_text(PROGRAM)
    subprocess.run(["gcc", "-static", "-Os", "-o", program, source], check=True)
    return program.read_bytes()


def layer(*entries):
    """A layer's tar: (path, bytes) a file, (path/, None) a folder, (path, "-> target") a link, (path, "=> target") a hard link."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, content, *more in entries:
            info = tarfile.TarInfo(path)
            info.mode, info.mtime = more[0] if more else 0o755, 1_700_000_000
            if isinstance(content, str):
                info.type = tarfile.SYMTYPE if content.startswith("-> ") else tarfile.LNKTYPE
                info.linkname = content[3:]
                tar.addfile(info)
            elif path.endswith("/"):
                info.type = tarfile.DIRTYPE
                tar.addfile(info)
            else:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def config(layers, **settings):
    return json.dumps({"architecture": "amd64", "os": "linux", "config": settings,
                       "rootfs": {"type": "layers", "diff_ids": [digest(data) for data in layers]}}).encode()


def archive(path, files, compress=False):
    data = layer(*((name, content, 0o644) for name, content in files.items()))
    pathlib.Path(path).write_bytes(gzip.compress(data) if compress else data)
    return str(path)


def docker_archive(path, layers, conf, tag="example/app:1", compress=False):
    names = [f"{i}/layer.tar" for i in range(len(layers))]
    manifest = [{"Config": "config.json", "RepoTags": [tag], "Layers": names}]
    files = {**dict(zip(names, layers)), "config.json": conf, "manifest.json": json.dumps(manifest).encode()}
    return archive(path, files, compress)


def oci_archive(path, layers, conf):
    packed = [gzip.compress(data) for data in layers]
    manifest = json.dumps({"schemaVersion": 2, "config": {"digest": digest(conf)}, "layers": [{"digest": digest(data)} for data in packed]}).encode()
    index = json.dumps({"schemaVersion": 2, "manifests": [{"digest": digest(manifest)}]}).encode()
    blobs = {"blobs/sha256/" + digest(data)[7:]: data for data in [conf, manifest, *packed]}
    return archive(path, {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": index, **blobs})
