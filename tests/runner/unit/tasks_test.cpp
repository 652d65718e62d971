// Coroutines in the background: none ends unheard.
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/core/tasks.hpp>

namespace straycat {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;
using testing::IsEmpty;

asio::awaitable<void> later(std::function<void()> act) {
  co_await asio::post(asio::use_awaitable);
  act();
}

asio::awaitable<void> for_ever() {
  asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  co_await timer.async_wait(asio::use_awaitable);
}

// As for_ever, but what it holds fails when it is told to go.
asio::awaitable<void> badly_for_ever() {
  asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  throw std::runtime_error("its last words");
}

struct TasksTest : testing::Test {
  asio::io_context context;
  std::vector<std::string> heard;
  OnFailure hear = [this](const std::string& why) { heard.push_back(why); };
};

TEST_F(TasksTest, AnExceptionIsHeardOnceInItsOwnWords) {
  spawn(context.get_executor(), later([] { throw std::runtime_error("boom"); }), hear);
  spawn(context.get_executor(), later([] { throw 7; }), hear);
  spawn(context.get_executor(), later([] {}), hear);
  context.run();
  EXPECT_THAT(heard, ElementsAre("boom", "an exception that says nothing of itself"));
}

TEST_F(TasksTest, AnExceptionBeforeTheFirstWaitIsHeard) {
  const auto at_once = []() -> asio::awaitable<void> {
    throw std::runtime_error("at once");
    co_return;
  };
  spawn(context.get_executor(), at_once(), hear);
  context.run();
  EXPECT_THAT(heard, ElementsAre("at once"));
}

TEST_F(TasksTest, WhatIsStoppedEndsWithoutAWord) {
  Tasks tasks{context.get_executor()};
  tasks.spawn(for_ever(), hear);
  tasks.spawn(later([] {}), hear);
  bool stopped = false;
  const auto stop = [&]() -> asio::awaitable<void> {
    co_await tasks.stop();
    stopped = true;
  };
  spawn(context.get_executor(), stop(), hear);
  context.run();
  EXPECT_TRUE(stopped);
  EXPECT_THAT(heard, IsEmpty());
}

TEST_F(TasksTest, WhatFailsWhileItIsStoppedIsHeard) {
  Tasks tasks{context.get_executor()};
  tasks.spawn(badly_for_ever(), hear);
  asio::post(context, [&] { spawn(context.get_executor(), tasks.stop(), hear); });
  context.run();
  EXPECT_THAT(heard, ElementsAre("its last words"));
}

TEST_F(TasksTest, AnAbortedWaitThatNobodyAskedForIsAFailure) {
  Tasks tasks{context.get_executor()};
  asio::steady_timer timer(context, asio::steady_timer::time_point::max());
  const auto wait = [&]() -> asio::awaitable<void> { co_await timer.async_wait(asio::use_awaitable); };
  tasks.spawn(wait(), hear);
  asio::post(context, [&] { timer.cancel(); });
  context.run();
  EXPECT_EQ(heard.size(), 1u);
}

}  // namespace
}  // namespace straycat
