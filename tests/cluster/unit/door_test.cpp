#include "cluster/apiserver/door.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace straycat::cluster {
namespace {

TEST(Door, TheOldestStrangerGoesForOneTooMany) {
  Door door{2};
  std::string cut;
  const auto enter = [&](char name) { return door.enter([&cut, name] { cut += name; }); };
  const auto a = enter('a'), b = enter('b');
  EXPECT_EQ(cut, "");
  const auto c = enter('c');
  EXPECT_EQ(cut, "a") << "and is not told again when it has not left yet";
  const auto d = enter('d');
  EXPECT_EQ(cut, "ab");
  for (const auto place : {a, b, c, d}) door.leave(place);
  EXPECT_EQ(door.strangers(), 0U);
  EXPECT_EQ(cut, "ab");
}

TEST(Door, WhoSignedInIsNoStranger) {
  Door door{1};
  std::string cut;
  for (const char name : {'a', 'b', 'c'}) door.leave(door.enter([&cut, name] { cut += name; }));
  EXPECT_EQ(cut, "");
}

class Budget : public testing::Test {
 protected:
  std::unique_ptr<StreamBudget::Share> stream(char name) {
    return std::make_unique<StreamBudget::Share>(budget, [this, name] { cut += name; });
  }
  std::shared_ptr<StreamBudget> budget = std::make_shared<StreamBudget>(100, 150);
  std::string cut;
};

TEST_F(Budget, AStreamThatIsTooFarBehindGoes) {
  const auto a = stream('a');
  a->grow(60);
  a->shrink(50);
  a->grow(90);
  EXPECT_EQ(cut, "");
  a->grow(1);
  EXPECT_EQ(cut, "a");
  EXPECT_EQ(budget->pending(), 0U);
  a->grow(500);  // it may still be given something before it ends
  a->shrink(7);
  EXPECT_EQ(budget->pending(), 0U);
  EXPECT_EQ(cut, "a");
}

TEST_F(Budget, OfAllTogetherTheOneFurthestBehindGoes) {
  const auto a = stream('a'), b = stream('b'), c = stream('c');
  a->grow(40);
  b->grow(70);
  c->grow(40);
  EXPECT_EQ(cut, "");
  a->grow(1);
  EXPECT_EQ(cut, "b");
  EXPECT_EQ(budget->pending(), 81U);
}

TEST_F(Budget, AnEndedStreamHoldsNothing) {
  auto a = stream('a');
  a->grow(99);
  a.reset();
  EXPECT_EQ(budget->pending(), 0U);
  const auto b = stream('b');
  b->grow(100);
  EXPECT_EQ(cut, "");
}

}  // namespace
}  // namespace straycat::cluster
