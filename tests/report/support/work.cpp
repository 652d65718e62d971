#include "report/support/work.hpp"

#include <cstdlib>
#include <new>

namespace straycat::test {
namespace {

thread_local bool counting = false;
thread_local Work work, most;

void count(std::size_t size) {
  if (!counting) return;
  ++work.allocations;
  work.bytes += size;
  if (work.allocations <= most.allocations && work.bytes <= most.bytes) return;
  counting = false;  // whoever handles it may allocate
  throw std::bad_alloc();
}

}  // namespace

WorkMeter::WorkMeter(Work limit) {
  work = {};
  most = limit;
  counting = true;
}
WorkMeter::~WorkMeter() { counting = false; }
Work WorkMeter::done() const { return work; }

}  // namespace straycat::test

void* operator new(std::size_t size) {
  straycat::test::count(size);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
// std::stable_sort asks for its buffer so; a sanitizer's own would be freed by ours.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
