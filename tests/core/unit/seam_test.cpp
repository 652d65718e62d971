#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <new>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <straycat/core/seam.hpp>

namespace straycat {
namespace {

using testing::ExitedWithCode;

// The program's end as main() would have it.
[[noreturn]] void end(const std::function<int()>& work) { std::exit(at_the_seam("cat", work)); }

void print_to(const char* path) {
  const int fd = ::open(path, O_WRONLY);
  ::dup2(fd, STDOUT_FILENO);
  ::close(fd);
}

TEST(Seam, GivesTheCodeOfTheWork) {
  EXPECT_EXIT(end([] { return 0; }), ExitedWithCode(0), "^$");
  EXPECT_EXIT(end([] { return 2; }), ExitedWithCode(2), "^$");
}

TEST(Seam, TellsWhatNobodyCaughtInOneLine) {
  EXPECT_EXIT(end([]() -> int { throw std::bad_alloc(); }), ExitedWithCode(4), "^cat: out of memory\n$");
  EXPECT_EXIT(end([]() -> int {
                throw std::filesystem::filesystem_error("look", "/x", std::error_code(EACCES, std::generic_category()));
              }),
              ExitedWithCode(4), "^cat: [^\n]*look: Permission denied[^\n]*\n$");
  EXPECT_EXIT(end([]() -> int { throw std::runtime_error("two\nlines\x1b[31m"); }), ExitedWithCode(4),
              "^cat: two lines .31m\n$");
  EXPECT_EXIT(end([]() -> int { throw 7; }), ExitedWithCode(4), "^cat: something was thrown that is no error\n$");
}

TEST(Seam, TellsWhatNobodyCanCatch) {
  const std::function<void()> throws = [] { throw std::bad_alloc(); };
  const auto may_not_throw = [&]() noexcept { throws(); };
  EXPECT_EXIT(may_not_throw(), ExitedWithCode(4), "^straycat: out of memory\n$");
  EXPECT_EXIT(std::thread([] { throw std::runtime_error("meow"); }).join(), ExitedWithCode(4), "^straycat: meow\n$");
}

TEST(Seam, TakesNoPartOfTheOutputForTheWhole) {
  const auto full = "^cat: cannot write to standard output: No space left on device\n$";
  EXPECT_EXIT(end([] {
                print_to("/dev/full");
                std::fputs("short", stdout);
                return 0;
              }),
              ExitedWithCode(4), full);
  EXPECT_EXIT(end([] {
                print_to("/dev/full");
                fmt::print("{}", std::string(100'000, 'x'));
                return 1;
              }),
              ExitedWithCode(4), full);
  EXPECT_EXIT(end([] {
                print_to("/dev/full");
                for (int i = 0; i < 100'000; ++i) std::fputc('x', stdout);
                return 0;
              }),
              ExitedWithCode(4), "^cat: cannot write to standard output: [^\n]+\n$");
  EXPECT_EXIT(end([] {
                print_to("/dev/full");
                return print_now("short") ? 0 : 7;  // whoever asks is told, and nobody else
              }),
              ExitedWithCode(7), "^$");
  EXPECT_EXIT(end([] {
                print_to("/dev/full");
                return 1;  // and printed nothing
              }),
              ExitedWithCode(1), "^$");
}

TEST(Seam, WithoutDescriptorsNoFileTakesTheirPlace) {
  EXPECT_EXIT(
      {
        ::close(0);
        ::close(1);
        end([] {
          const int file = ::open("/dev/null", O_RDONLY);
          if (file < 3) return 9;
          fmt::print("meow\n");
          return 0;
        });
      },
      ExitedWithCode(4), "^cat: cannot write to standard output: Bad file descriptor\n$");
}

TEST(Seam, APersonWhoCannotBeToldIsNoTrouble) {
  EXPECT_EXIT(
      {
        ::close(STDERR_FILENO);
        end([] {
          say("meow {}\n", 1);
          return 0;
        });
      },
      ExitedWithCode(0), "");
}

TEST(Seam, AReaderThatIsGoneIsAnError) {
  EXPECT_EXIT(end([] {
                int ends[2];
                if (::pipe(ends) != 0) return 9;
                ::close(ends[0]);
                ::dup2(ends[1], STDOUT_FILENO);
                fmt::print("meow\n");
                return 0;
              }),
              ExitedWithCode(4), "^cat: cannot write to standard output: Broken pipe\n$");
}

TEST(Seam, AFileThatMayNotGrowIsAnError) {
  EXPECT_EXIT(end([] {
                std::FILE* file = std::tmpfile();
                const rlimit small{4096, 4096};  // what gtest hears is a file, too
                if (file == nullptr || ::setrlimit(RLIMIT_FSIZE, &small) != 0) return 9;
                ::dup2(::fileno(file), STDOUT_FILENO);
                fmt::print("{}", std::string(10'000, 'x'));
                return 0;
              }),
              ExitedWithCode(4), "^cat: cannot write to standard output: File too large\n$");
}

}  // namespace
}  // namespace straycat
