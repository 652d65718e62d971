// Which users of the machine stand behind a pod's, and what of its files a program needs.
#include "cluster/node/machine_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace straycat::cluster {
namespace {

using testing::ElementsAre;
using Kind = RootStep::Kind;

std::vector<std::string> paths(const std::vector<RootStep>& steps) {
  std::vector<std::string> out;
  for (const RootStep& step : steps) out.push_back((step.kind == Kind::mount ? "mount " : "") + step.path);
  return out;
}

TEST(PodUsers, RootsPodsAreUsersThatNobodyElseIs) {
  const PodUsers users = pod_users("         0          0 4294967295\n", 7);
  EXPECT_EQ(users.count, 65536U);
  EXPECT_GT(users.owner, 1'879'048'191U) << "beyond what systemd gives to containers";
  EXPECT_LE(users.owner + users.count, 2'147'352'576U) << "and before what it keeps for foreign images";
  EXPECT_NE(pod_users("0 0 4294967295\n", 8).owner, users.owner) << "another cluster's are others";
}

TEST(PodUsers, AnOrdinaryUsersPodsAreThatUser) {
  const PodUsers users = pod_users("0 1000 1\n", 7);
  EXPECT_EQ(users.owner, 0U) << "as the node counts, who is root of the person's namespace";
  EXPECT_EQ(users.count, 1U);
}

TEST(PodUsers, ARootOfFewUsersGivesThoseThatItHas) {
  EXPECT_EQ(pod_users("0 100000 65536\n", 7).count, 65536U);
  EXPECT_EQ(pod_users("0 100000 65536\n", 7).owner, 0U);
  EXPECT_EQ(pod_users("", 7).count, 1U);
}

TEST(RootSteps, FoldersComeBeforeWhatIsInThemAndOnce) {
  std::vector<RootStep> steps;
  add_folders(steps, "/a/b/c");
  add_folders(steps, "/a/b/d");
  add_folders(steps, "/");
  EXPECT_THAT(paths(steps), ElementsAre("/a", "/a/b", "/a/b/c", "/a/b/d"));
}

TEST(RootSteps, WhatIsNotThereIsLeftOut) {
  std::vector<RootStep> steps;
  add_mount(steps, "/no/such/file", "/x/y");
  EXPECT_TRUE(steps.empty());
}

TEST(ProgramSteps, OnlyAProgramIsShownAndNothingElseThatTheCommandNames) {
  EXPECT_THAT(program_steps({"sh", "-c", "true"}), ElementsAre()) << "every pod sees it";
  EXPECT_THAT(program_steps({"/etc/shadow"}), ElementsAre());
  EXPECT_THAT(program_steps({"/etc"}), ElementsAre());
  EXPECT_THAT(program_steps({"cat", "/etc/hostname"}), ElementsAre());
  EXPECT_THAT(program_steps({"/proc/self/exe", "image", "sayhi"}), ElementsAre());
  EXPECT_THAT(program_steps({}), ElementsAre());
  // This test's own program stands in no folder that pods see.
  const std::string own = STRAYCAT_BINARY;
  const auto steps = program_steps({own, "/etc/hostname"});
  ASSERT_FALSE(steps.empty());
  EXPECT_EQ(steps.back().kind, Kind::mount);
  EXPECT_TRUE(steps.back().read_only);
  EXPECT_EQ(steps.back().text, own);
  EXPECT_EQ(std::count_if(steps.begin(), steps.end(), [](const auto& step) { return step.kind == Kind::mount; }), 1);
}

}  // namespace
}  // namespace straycat::cluster
