// Credential plugins as they are in the world: they hang, fail, lie, talk, and are asked as seldom as can be.
#include <cstdlib>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/exec_plugin.hpp"
#include "kube/support/client_fixture.hpp"

namespace straycat::kube {
namespace {

using testing::HasSubstr;
using testing::Not;

struct ExecTest : ClientTest {
  Config config;
  // A plugin that is a shell script.
  void plugin(const std::string& script) {
    config.exec = Config::Exec{};
    config.exec->api_version = "client.authentication.k8s.io/v1";
    config.exec->command = file("login", "#!/bin/sh\n" + script, 0700);
    config.exec->interactive_mode = "Never";
  }
  Result<Credential> ask(Nanos limit = 20s) { return run(run_exec_plugin(context.get_executor(), config, limit)); }
  static constexpr const char* good =
      R"(echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t"}}')";
};

TEST_F(ExecTest, TakesTheTokenAndTellsThePluginWhoAsks) {
  plugin(
      "test \"$A\" = b || exit 9\necho \"$KUBERNETES_EXEC_INFO\" | grep -q '\"interactive\":false' || exit 8\ntest "
      "\"$1\" = get || exit 7\n" +
      std::string{good});
  config.exec->args = {"get"};
  config.exec->env = {{"A", "b"}};
  const auto credential = ask();
  ASSERT_TRUE(credential) << credential.error().message;
  EXPECT_EQ(credential->token, "t");
}

TEST_F(ExecTest, ShowsWhatAFailedPluginSaid) {
  plugin("echo 'please log in' >&2\nexit 3\n");
  EXPECT_THAT(ask().error().message, HasSubstr("exit code 3; it said: please log in"));
}

TEST_F(ExecTest, KillsOneThatHangs) {
  plugin("echo waiting >&2\nexec sleep 60\n");
  const auto before = monotonic_now();
  EXPECT_THAT(ask(3s).error().message, HasSubstr("did not end within 3s; it said: waiting"));
  EXPECT_LT(monotonic_now() - before, 50s);
}

TEST_F(ExecTest, DoesNotWaitForAChildThatKeepsTheOutputOpen) {
  plugin(std::string{"sleep 30 &\n"} + good);
  const auto before = monotonic_now();
  EXPECT_TRUE(ask());
  EXPECT_LT(monotonic_now() - before, 25s);
}

TEST_F(ExecTest, AProgramThatIsNotThereGivesTheHint) {
  plugin("");
  config.exec->command = directory / "absent";
  config.exec->install_hint = "get it from example.org";
  EXPECT_THAT(ask().error().message, HasSubstr("No such file or directory\nget it from example.org"));
}

TEST_F(ExecTest, OutputWithoutEndIsBounded) {
  plugin("exec yes\n");
  EXPECT_FALSE(ask());
}

TEST_F(ExecTest, OneThatMustAskNeedsATerminal) {
  plugin(good);
  config.exec->interactive_mode = "Always";
  if (::isatty(0) == 1) GTEST_SKIP() << "standard input is a terminal";
  EXPECT_THAT(ask().error().message, HasSubstr("there is no terminal"));
}

TEST_F(ExecTest, IsAskedOnceUntilTheServerSays401) {
  plugin("echo x >> " + (directory / "asked").string() + "\n" + good);
  int calls = 0;
  serve(
      [&](Exchange& exchange) -> asio::awaitable<void> {
        if (++calls == 3)
          co_await exchange.answer(401, "{}");
        else
          co_await ok(exchange);
      },
      config);
  const auto asked = [&] { return std::filesystem::file_size(directory / "asked") / 2; };
  ASSERT_TRUE(run(client->version()));
  ASSERT_TRUE(run(client->version()));
  EXPECT_EQ(asked(), 1u);
  ASSERT_TRUE(run(client->version()));
  EXPECT_EQ(asked(), 2u);
}

// What a plugin prints, and what is made of it. `says` "" = it is believed.
struct Lie {
  const char* name;
  std::string script, says;
};
struct LyingPluginTest : ExecTest, testing::WithParamInterface<Lie> {
  static std::string printing(const std::string& status, const std::string& version = "v1",
                              const std::string& kind = "ExecCredential") {
    return "printf '%s\\n' '{\"kind\":\"" + kind + "\",\"apiVersion\":\"client.authentication.k8s.io/" + version +
           "\",\"status\":" + status + "}'\n";
  }
};

TEST_P(LyingPluginTest, IsRefusedWithItsNameAndWithoutItsSecret) {
  plugin(GetParam().script);
  const auto credential = ask();
  if (GetParam().says.empty()) {
    EXPECT_TRUE(credential) << credential.error().message;
    return;
  }
  ASSERT_FALSE(credential);
  EXPECT_THAT(credential.error().message, HasSubstr("credential plugin " + (directory / "login").string()));
  EXPECT_THAT(credential.error().message, HasSubstr(GetParam().says));
  EXPECT_THAT(credential.error().message, Not(HasSubstr("s3cret")));
}

INSTANTIATE_TEST_SUITE_P(
    All, LyingPluginTest,
    testing::Values(
        Lie{"Good", LyingPluginTest::printing(R"({"token":"s3cret"})"), ""},
        Lie{"TokenFarInTheFuture",
            LyingPluginTest::printing(R"({"token":"s3cret","expirationTimestamp":"9999-12-31T23:59:59Z"})"), ""},
        Lie{"OtherVersion", LyingPluginTest::printing(R"({"token":"s3cret"})", "v1beta1"), "it answered client"},
        Lie{"OtherKind", LyingPluginTest::printing(R"({"token":"s3cret"})", "v1", "Secret"), "print an ExecCredential"},
        Lie{"NoStatus", LyingPluginTest::printing("null"), "neither a token nor a client certificate"},
        Lie{"StatusIsAList", LyingPluginTest::printing(R"(["s3cret"])"), "neither a token nor"},
        Lie{"TokenIsANumber", LyingPluginTest::printing(R"({"token":1})"), "neither a token nor"},
        Lie{"CertificateWithoutKey", LyingPluginTest::printing(R"({"clientCertificateData":"s3cret"})"),
            "without its key"},
        Lie{"NoTime", LyingPluginTest::printing(R"({"token":"s3cret","expirationTimestamp":"soon"})"), "is no time"},
        Lie{"Garbage", "echo s3cret", "did not print an ExecCredential"},
        Lie{"HalfAnAnswer", "printf '{\"kind\":\"ExecCredential\",\"status\":{\"token\":\"s3cr'", "did not print"},
        Lie{"TwoAnswers", LyingPluginTest::printing(R"({"token":"s3cret"})") + "echo more", "did not print"},
        Lie{"Nothing", "exit 0", "did not print an ExecCredential"},
        Lie{"DeepJson", "head -c 100000 /dev/zero | tr '\\0' '['", "did not print an ExecCredential"},
        Lie{"DiesOfASignal", "kill -9 $$", "killed by signal 9"}, Lie{"Fails", "echo s3cret; exit 1", "exit code 1"}),
    [](const auto& each) { return each.param.name; });

TEST_F(ExecTest, WhatItSaysToThePersonIsShownThoughItSucceeds) {
  plugin("printf 'your \\033[31mpassword ends tomorrow\\n' >&2\n" + std::string{good});
  testing::internal::CaptureStderr();
  EXPECT_TRUE(ask());
  const auto shown = testing::internal::GetCapturedStderr();
  EXPECT_THAT(shown, HasSubstr("password ends tomorrow"));
  EXPECT_THAT(shown, Not(HasSubstr("\033"))) << "what a plugin says does not steer a terminal";
}

TEST_F(ExecTest, OneThatMayNotAskHasNoTerminalToDoItBehindOurBack) {
  plugin("if (exec 3<>/dev/tty) 2>/dev/null; then exit 7; fi\n" + std::string{good});
  EXPECT_TRUE(ask());
}

TEST_F(ExecTest, WhatAHangingOneStartedIsGoneToo) {
  plugin("sleep 61 & echo $! > " + (directory / "child").string() + "\nsleep 60\n");
  EXPECT_FALSE(ask(500ms));
  std::ifstream file{directory / "child"};
  int child = 0;
  ASSERT_TRUE(file >> child);
  // It was killed; when it dies is the kernel's business.
  const auto runs = [&] {
    std::ifstream stat{"/proc/" + std::to_string(child) + "/stat"};
    std::string number, name, state;
    stat >> number >> name >> state;
    return !(state.empty() || state == "Z" || state == "X");
  };
  for (const auto until = monotonic_now() + Nanos{5s}; runs() && monotonic_now() < until;) context.run_one_for(10ms);
  EXPECT_FALSE(runs());
}

// How often the plugin was asked while the client made its calls.
struct AskedTest : ExecTest {
  std::string expires;
  std::string refused;  // a credential that gets 401

  void begin() {
    plugin("echo x >> " + (directory / "asked").string() + "\nsleep 0.05\n" +
           LyingPluginTest::printing(R"({"token":"t'$(wc -l < )" + (directory / "asked").string() + ")'" + expires +
                                     "\"}"));
    serve(
        [&](Exchange& exchange) -> asio::awaitable<void> {
          if (exchange.headers["authorization"] == refused)
            co_await exchange.answer(401, "{}");
          else
            co_await ok(exchange);
        },
        config);
  }
  std::uintmax_t asked() { return std::filesystem::file_size(directory / "asked") / 2; }
  // That many calls at once; how many were answered.
  int at_once(int calls) {
    int done = 0, good_ones = 0;
    for (int i = 0; i < calls; ++i)
      asio::co_spawn(context, client->version(), [&](const std::exception_ptr&, const ApiResult<json>& answer) {
        ++done;
        if (answer) ++good_ones;
      });
    context.restart();
    for (int i = 0; i < 300 && done < calls; ++i) context.run_one_for(100ms);
    return good_ones;
  }
};

TEST_F(AskedTest, ManyCallsAtOnceAskOnce) {
  begin();
  EXPECT_EQ(at_once(8), 8);
  EXPECT_EQ(asked(), 1u);
}

TEST_F(AskedTest, ManyRefusalsOfOneCredentialAskOnceMore) {
  begin();
  ASSERT_EQ(at_once(1), 1);
  refused = "Bearer t1";
  EXPECT_EQ(at_once(8), 8);
  EXPECT_EQ(asked(), 2u);
}

TEST_F(AskedTest, AnExpiredOneIsNotKept) {
  expires = R"(","expirationTimestamp":"2020-01-01T00:00:00Z)";
  begin();
  ASSERT_EQ(at_once(1), 1);
  ASSERT_EQ(at_once(1), 1);
  EXPECT_EQ(asked(), 2u);
}

TEST_F(AskedTest, OneThatIsValidForLongIsKept) {
  expires = R"(","expirationTimestamp":"9999-12-31T23:59:59Z)";
  begin();
  for (int i = 0; i < 5; ++i) ASSERT_EQ(at_once(1), 1);
  EXPECT_EQ(asked(), 1u);
}

TEST_F(AskedTest, AFailureIsToldToAllWhoWait) {
  plugin("echo x >> " + (directory / "asked").string() + "\nsleep 0.1\nexit 1\n");
  serve(ok, config);
  EXPECT_EQ(at_once(8), 0);
  EXPECT_EQ(asked(), 1u);
}

TEST_F(AskedTest, ACertificateAndKeyAreShownToTheServer) {
  const auto pair = test::make_certificate("jane");
  const json status{{"clientCertificateData", pair.certificate_pem}, {"clientKeyData", pair.key_pem}};
  plugin(LyingPluginTest::printing(status.dump()));
  std::string name;
  server.emplace(context, test::TlsServer::Options{.ask_client_certificate = true},
                 [&](Exchange& exchange) -> asio::awaitable<void> {
                   name = exchange.client_name;
                   co_await ok(exchange);
                 });
  config.server = server->url();
  config.tls.ca_pem = server->ca_pem();
  client.emplace(context.get_executor(), config);
  EXPECT_EQ(at_once(1), 1);
  EXPECT_EQ(name, "jane");
}

TEST_F(AskedTest, ATokenWithALineBreakIsNotSent) {
  plugin(LyingPluginTest::printing(R"({"token":"t\r\nX-Evil: 1"})"));
  serve(ok, config);
  EXPECT_EQ(at_once(1), 0);
  EXPECT_TRUE(seen.empty());
}

}  // namespace
}  // namespace straycat::kube
