#include <gtest/gtest.h>

#include <straycat/agent/orders.hpp>

namespace straycat::agent {
namespace {

Orders some_orders() {
  Orders orders;
  orders.run = "r1";
  orders.vantage = "a3";
  orders.where = Place::host;
  orders.ns = "sayhi-r1";
  orders.window = std::chrono::milliseconds{100};
  orders.direct_interval = std::chrono::seconds{2};
  orders.max_length = std::chrono::seconds{30};
  orders.max_attempts = 7;
  orders.failures_kept = 9;
  orders.beacon = "straycat-beacon";
  plan::TrafficPlan traffic;
  traffic.name = "hi";
  traffic.url = "http://sayhi/hi?token=secret";
  traffic.headers = {{"X-Cat", "Tom"}};
  traffic.pace.rate_per_second = 100;
  traffic.expect.body = "Meow";
  traffic.service = "sayhi";
  orders.traffic = {traffic};
  return orders;
}

TEST(Orders, TravelAsJson) {
  const Orders orders = some_orders();
  const Result<Orders> read = orders_from_json(nlohmann::json::parse(to_json(orders).dump()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), to_json(orders));
  EXPECT_EQ(read->run, "r1");
  EXPECT_EQ(read->vantage, "a3");
  EXPECT_EQ(read->where, Place::host);
  EXPECT_EQ(read->ns, "sayhi-r1");
  EXPECT_EQ(read->window, orders.window);
  EXPECT_EQ(read->direct_interval, orders.direct_interval);
  EXPECT_EQ(read->max_length, orders.max_length);
  EXPECT_EQ(read->max_attempts, 7u);
  EXPECT_EQ(read->failures_kept, 9u);
  EXPECT_EQ(read->beacon, "straycat-beacon");
  EXPECT_EQ(read->traffic, orders.traffic) << "whole: what is sent is not what a log may show";
}

TEST(Orders, WhatIsLeftOutIsUsual) {
  const Result<Orders> read = orders_from_json(nlohmann::json::object());
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(*read), to_json(Orders{}));
}

TEST(Orders, BadOnesAreRefused) {
  for (const char* text :
       {R"({"windowNs":0})", R"({"windowNs":"x"})", R"({"run":1})", R"({"plan":7})", R"({"maxAttempts":{}})"}) {
    const Result<Orders> read = orders_from_json(nlohmann::json::parse(text));
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().fault, Fault::bad_input) << text;
    EXPECT_TRUE(read.error().message.starts_with("orders: ")) << read.error().message;
  }
}

}  // namespace
}  // namespace straycat::agent
