{
  description = "Tells which AI coding assistant in tmux needs you, and takes you there";

  inputs.nixpkgs.url = "nixpkgs";

  outputs = { self, nixpkgs }:
    let
      workspace = (builtins.fromTOML (builtins.readFile ./Cargo.toml)).workspace.package;
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      forEach = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      packages = forEach (pkgs: {
        default = pkgs.rustPlatform.buildRustPackage {
          pname = "pane-patrol";
          version = workspace.version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          cargoBuildFlags = [ "--package" "pane-patrol" "--bin" "pane-patrol" ];
          # They start tmux, shells and git in private worlds: `make test` runs them.
          doCheck = false;
          nativeBuildInputs = [ pkgs.installShellFiles ];
          # Not wrapped to find tmux: a hook is started for every step of an assistant.
          postInstall = ''
            sh packaging/describe "$out/bin/pane-patrol" described
            installManPage described/man/man1/*.1 described/man/man5/*.5
            installShellCompletion --bash --name pane-patrol described/completions/pane-patrol.bash
            installShellCompletion --zsh described/completions/_pane-patrol
            installShellCompletion --fish described/completions/pane-patrol.fish
            install -Dm755 pane-patrol.tmux "$out/share/pane-patrol/pane-patrol.tmux"
          '';
          meta = {
            description = "Tells which AI coding assistant in tmux needs you, and takes you there";
            homepage = workspace.repository;
            license = with pkgs.lib.licenses; [ mit asl20 ];
            mainProgram = "pane-patrol";
          };
        };
      });

      devShells = forEach (pkgs: {
        default = pkgs.mkShell { packages = with pkgs; [ cargo clippy rustc rustfmt tmux git nodejs ]; };
      });
    };
}
