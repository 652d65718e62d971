// The first program of the self-contained archive: it brings its own loader and libraries, and needs nothing of the
// machine's but the kernel.
//
// The kernel takes a program's loader by an absolute path alone, which an archive that is unpacked anywhere has not;
// and whoever executes the loader as a program has it as /proc/self/exe, where straycat looks for itself to start its
// agents and pods. So this one stays the executed program: it maps the loader into its own memory, as the kernel would
// have done, and jumps to it with a command line that names the program and its libraries. Linked with nothing, not
// even libc.
#include <elf.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

namespace {

using Word = uintptr_t;

long call(long number, Word a = 0, Word b = 0, Word c = 0, Word d = 0, Word e = 0, Word f = 0) {
  long result = number;
  register Word r10 asm("r10") = d;
  register Word r8 asm("r8") = e;
  register Word r9 asm("r9") = f;
  asm volatile("syscall" : "+a"(result) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}

Word word(const void* pointer) { return reinterpret_cast<Word>(pointer); }

Word length(const char* text) {
  Word count = 0;
  while (text[count] != '\0') ++count;
  return count;
}

[[noreturn]] void give_up(const char* why, const char* path) {
  const char* const parts[] = {"straycat: ", path, ": ", why, "\n"};
  for (const char* part : parts) call(SYS_write, 2, word(part), length(part));
  call(SYS_exit_group, 4);
  __builtin_unreachable();
}

// Pages are 4 KiB on x86-64.
constexpr Word page = 4096;
Word down(Word address) { return address & ~(page - 1); }
Word up(Word address) { return down(address + page - 1); }

struct Loader {
  Word base = 0, headers = 0, count = 0, entry = 0;
};

int protection(const Elf64_Phdr& part) {
  return ((part.p_flags & PF_R) != 0 ? PROT_READ : 0) | ((part.p_flags & PF_W) != 0 ? PROT_WRITE : 0) |
         ((part.p_flags & PF_X) != 0 ? PROT_EXEC : 0);
}

bool failed(long result) { return result < 0 && result > -4096; }

void map_part(int file, Word base, const Elf64_Phdr& part, const char* path) {
  const Word begin = down(base + part.p_vaddr), end = base + part.p_vaddr + part.p_filesz;
  const Word whole = up(base + part.p_vaddr + part.p_memsz);
  if (failed(call(SYS_mmap, begin, end - begin, static_cast<Word>(protection(part)), MAP_PRIVATE | MAP_FIXED,
                  static_cast<Word>(file), down(part.p_offset))))
    give_up("cannot be mapped", path);
  if (part.p_memsz == part.p_filesz) return;
  for (char* byte = reinterpret_cast<char*>(end); word(byte) < up(end); ++byte) *byte = 0;
  if (whole > up(end))
    call(SYS_mmap, up(end), whole - up(end), static_cast<Word>(protection(part)),
         MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, ~Word{0}, 0);
}

Loader map_loader(const char* path) {
  const long file = call(SYS_open, word(path), O_RDONLY | O_CLOEXEC);
  if (file < 0) give_up("not there: unpack the whole archive, and leave it together", path);
  alignas(16) static char head[page];
  const long got = call(SYS_read, static_cast<Word>(file), word(head), sizeof head);
  const auto& elf = *reinterpret_cast<const Elf64_Ehdr*>(head);
  if (got < static_cast<long>(sizeof elf) || elf.e_phoff + elf.e_phnum * sizeof(Elf64_Phdr) > static_cast<Word>(got))
    give_up("is no loader", path);
  const auto* parts = reinterpret_cast<const Elf64_Phdr*>(head + elf.e_phoff);
  Word size = 0;
  for (int i = 0; i < elf.e_phnum; ++i)
    if (parts[i].p_type == PT_LOAD) size = up(parts[i].p_vaddr + parts[i].p_memsz);
  // One stretch for all of it; its parts are laid over that.
  const long base = call(SYS_mmap, 0, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, ~Word{0}, 0);
  if (failed(base)) give_up("no memory for it", path);
  for (int i = 0; i < elf.e_phnum; ++i)
    if (parts[i].p_type == PT_LOAD) map_part(static_cast<int>(file), static_cast<Word>(base), parts[i], path);
  call(SYS_close, static_cast<Word>(file));
  const Word at = static_cast<Word>(base);
  return {at, at + elf.e_phoff, elf.e_phnum, at + elf.e_entry};
}

// Where this file is, without its name: as /proc has it, else as it was executed.
Word own_folder(char* out, const char* executed) {
  long size = call(SYS_readlink, word("/proc/self/exe"), word(out), PATH_MAX);
  if (size <= 0) {
    size = static_cast<long>(length(executed));
    if (size >= PATH_MAX) give_up("too long a path", executed);
    for (long i = 0; i < size; ++i) out[i] = executed[i];
  }
  while (size > 0 && out[size - 1] != '/') --size;
  return static_cast<Word>(size);
}

struct Path {
  char text[PATH_MAX + 64];
};
void join(Path& path, const char* folder, Word size, const char* rest) {
  for (Word i = 0; i < size; ++i) path.text[i] = folder[i];
  for (Word i = 0; i <= length(rest); ++i) path.text[size + i] = rest[i];
}

char folder[PATH_MAX + 1];
Path loader_path, libraries, program;

// What the kernel laid on the stack: argc, the arguments, 0, the environment, 0, the auxiliary values.
struct Given {
  Word count = 0;
  char** arguments = nullptr;
  const Word* environment = nullptr;
  Word environment_size = 0;  // with its 0
  Elf64_auxv_t* values = nullptr;
  Word values_size = 0;  // in words, with their end
  const char* executed = "straycat";
};

Given read_stack(Word* stack) {
  Given given;
  given.count = *stack;
  given.arguments = reinterpret_cast<char**>(stack + 1);
  given.environment = stack + 1 + given.count + 1;
  while (given.environment[given.environment_size++] != 0) {
  }
  given.values = reinterpret_cast<Elf64_auxv_t*>(stack + 1 + given.count + 1 + given.environment_size);
  for (const Elf64_auxv_t* one = given.values; given.values_size == 0; ++one) {
    if (one->a_type == AT_EXECFN) given.executed = reinterpret_cast<const char*>(one->a_un.a_val);
    if (one->a_type == AT_NULL) given.values_size = (word(one + 1) - word(given.values)) / sizeof(Word);
  }
  return given;
}

// As the kernel would have told it of the loader.
void describe(Elf64_auxv_t* values, const Loader& loader) {
  for (Elf64_auxv_t* one = values; one->a_type != AT_NULL; ++one) {
    if (one->a_type == AT_PHDR) one->a_un.a_val = loader.headers;
    if (one->a_type == AT_PHNUM) one->a_un.a_val = loader.count;
    if (one->a_type == AT_PHENT) one->a_un.a_val = sizeof(Elf64_Phdr);
    if (one->a_type == AT_ENTRY) one->a_un.a_val = loader.entry;
    if (one->a_type == AT_BASE) one->a_un.a_val = 0;  // as where the kernel runs a loader as a program
  }
}

// The loader's stack, below ours: its own command line and then the rest of the given one.
Word* lay_stack(Word* stack, const Given& given) {
  const Word name = given.count > 0 ? word(given.arguments[0]) : word("straycat");
  const Word line[] = {word(loader_path.text), word("--inhibit-cache"), word("--library-path"),
                       word(libraries.text),   word("--argv0"),         name,
                       word(program.text)};
  constexpr Word line_size = sizeof line / sizeof(Word);
  constexpr Word below = 128 * 1024;  // what we still use ourselves
  const Word rest = given.count > 0 ? given.count - 1 : 0;
  const Word total = 1 + line_size + rest + 1 + given.environment_size + given.values_size;
  Word* made = reinterpret_cast<Word*>((word(stack) - total * sizeof(Word) - below) & ~Word{15});
  Word* at = made;
  *at++ = line_size + rest;
  for (const Word one : line) *at++ = one;
  for (Word i = 0; i < rest; ++i) *at++ = word(given.arguments[i + 1]);
  *at++ = 0;
  for (Word i = 0; i < given.environment_size; ++i) *at++ = given.environment[i];
  for (Word i = 0; i < given.values_size; ++i) *at++ = reinterpret_cast<const Word*>(given.values)[i];
  return made;
}

}  // namespace

struct Start {
  Word stack, entry;
};

// Called by _start with the stack as it was found; gives the one that the loader is to find, and where it begins.
extern "C" Start straycat_launch(Word* stack) {
  const Given given = read_stack(stack);
  const Word size = own_folder(folder, given.executed);
  join(loader_path, folder, size, "../lib/straycat/loader");
  join(libraries, folder, size, "../lib/straycat");
  join(program, folder, size, "../lib/straycat/straycat");
  const Loader loader = map_loader(loader_path.text);
  describe(given.values, loader);
  return {word(lay_stack(stack, given)), loader.entry};
}

asm(R"(
.globl _start
_start:
  mov %rsp, %rdi
  xor %ebp, %ebp
  and $-16, %rsp
  call straycat_launch
  mov %rax, %rsp
  mov %rdx, %rcx
  xor %edx, %edx
  jmp *%rcx
.section .note.GNU-stack,"",@progbits
)");
