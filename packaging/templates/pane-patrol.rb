# typed: false
# frozen_string_literal: true

# Made by `make packages`.
class PanePatrol < Formula
  desc "Which AI coding assistant in tmux needs you, and the way there"
  homepage "@repository@"
  version "@version@"
  license any_of: ["MIT", "Apache-2.0"]

  depends_on "tmux"

  on_macos do
    # @begin:pane-patrol-@version@-darwin-aarch64.tar.gz@
    on_arm do
      url "@repository@/releases/download/v@version@/pane-patrol-@version@-darwin-aarch64.tar.gz"
      sha256 "@sum:pane-patrol-@version@-darwin-aarch64.tar.gz@"
    end
    # @end@
    # @begin:pane-patrol-@version@-darwin-x86_64.tar.gz@
    on_intel do
      url "@repository@/releases/download/v@version@/pane-patrol-@version@-darwin-x86_64.tar.gz"
      sha256 "@sum:pane-patrol-@version@-darwin-x86_64.tar.gz@"
    end
    # @end@
  end
  on_linux do
    # @begin:pane-patrol-@version@-linux-aarch64.tar.gz@
    on_arm do
      url "@repository@/releases/download/v@version@/pane-patrol-@version@-linux-aarch64.tar.gz"
      sha256 "@sum:pane-patrol-@version@-linux-aarch64.tar.gz@"
    end
    # @end@
    # @begin:pane-patrol-@version@-linux-x86_64.tar.gz@
    on_intel do
      url "@repository@/releases/download/v@version@/pane-patrol-@version@-linux-x86_64.tar.gz"
      sha256 "@sum:pane-patrol-@version@-linux-x86_64.tar.gz@"
    end
    # @end@
  end

  def install
    bin.install "pane-patrol"
    man1.install Dir["man/man1/*.1"]
    man5.install Dir["man/man5/*.5"]
    bash_completion.install "completions/pane-patrol.bash" => "pane-patrol"
    zsh_completion.install "completions/_pane-patrol"
    fish_completion.install "completions/pane-patrol.fish"
    pkgshare.install "pane-patrol.tmux"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/pane-patrol --version")
  end
end
