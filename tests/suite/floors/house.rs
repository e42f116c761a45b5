//! The sources of the four crates as files that import one another, read as the compiler reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::buffer::{Cursor, TokenBuffer};
use syn::visit::{self, Visit};

/// The crates, by the name that others import, and where their sources are.
const CRATES: &[(&str, &str)] = &[
    ("pane_patrol_hooks", "hooks/src"),
    ("pane_patrol_sys", "sys/src"),
    ("pane_patrol_bare", "bare/src"),
    ("pane_patrol_installer", "installer/src"),
    ("pane_patrol", "src"),
];

/// A module's full path: the crate's name first.
type Module = Vec<String>;

/// All files that are no tests, and which of them imports which.
pub(super) struct House {
    /// Each file, as it stands below the root, with those that it imports and one name of each.
    pub(super) files: BTreeMap<String, BTreeMap<String, String>>,
}

/// What one file says.
#[derive(Default)]
struct Said {
    /// Paths that it names, from a crate's root.
    paths: BTreeSet<Module>,
    /// Names that it has from elsewhere, and where they come from. Those that it keeps to itself are
    /// known below it.
    faces: BTreeMap<String, Module>,
}

impl House {
    /// Reads it all.
    pub(super) fn read(root: &Path) -> Self {
        let mut modules = BTreeMap::new();
        for (name, sources) in CRATES {
            gather(
                root,
                Path::new(sources),
                &vec![(*name).to_owned()],
                &mut modules,
            );
        }
        let said: BTreeMap<&Module, Said> = modules
            .iter()
            .map(|(module, file)| (module, read(&root.join(file), module)))
            .collect();
        let mut files = BTreeMap::new();
        for (module, file) in &modules {
            let mut imports = BTreeMap::new();
            for path in &said[module].paths {
                let home = home(path, &said);
                // A module and the one that declares it are one thing in two files.
                let is_part = home.is_some_and(|home| module.starts_with(home));
                if let Some(other) = home.and_then(|home| modules.get(home))
                    && !is_part
                {
                    let name = path.last().cloned().unwrap_or_default();
                    imports.insert(other.clone(), name);
                }
            }
            files.insert(file.clone(), imports);
        }
        Self { files }
    }

    /// Files that import each other in a loop, each loop once.
    pub(super) fn circles(&self) -> Vec<Vec<&str>> {
        let reach: BTreeMap<&str, BTreeSet<&str>> = self
            .files
            .keys()
            .map(|file| (file.as_str(), self.reached_from(file)))
            .collect();
        let mut circles = BTreeSet::new();
        for (file, reached) in &reach {
            let mates: Vec<&str> = reached
                .iter()
                .copied()
                .filter(|other| reach[other].contains(file))
                .collect();
            if mates.len() > 1 {
                circles.insert(mates);
            }
        }
        circles.into_iter().collect()
    }

    fn reached_from(&self, file: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut left: Vec<&str> = vec![file];
        while let Some(next) = left.pop() {
            for other in self.files[next].keys() {
                if reached.insert(other.as_str()) {
                    left.push(other);
                }
            }
        }
        reached
    }
}

/// Whether a file holds tests alone, or what only tests use.
fn is_test(path: &Path) -> bool {
    path.components().any(|part| {
        let name = part.as_os_str().to_string_lossy();
        let stem = name.trim_end_matches(".rs");
        stem == "tests" || stem.ends_with("_tests") || stem == "fixture" || stem == "fuzz"
    })
}

fn gather(root: &Path, folder: &Path, above: &Module, modules: &mut BTreeMap<Module, String>) {
    let entries = fs::read_dir(root.join(folder)).expect("the sources are there");
    for entry in entries.map(|entry| entry.expect("it can be read")) {
        let path = folder.join(entry.file_name());
        let name = path.file_stem().expect("it has a name").to_string_lossy();
        let below = || {
            above
                .iter()
                .cloned()
                .chain([name.to_string()])
                .collect::<Module>()
        };
        if is_test(&path) {
            continue;
        }
        if entry.path().is_dir() {
            gather(root, &path, &below(), modules);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let module = match name.as_ref() {
                "mod" | "lib" => above.clone(),
                _ => below(),
            };
            modules.insert(module, path.display().to_string());
        }
    }
}

fn read(file: &Path, module: &Module) -> Said {
    let text = fs::read_to_string(file).expect("a source is text");
    let tree = syn::parse_file(&text).expect("a source is Rust");
    let declared = |item: &syn::Item| match item {
        syn::Item::Mod(declared) => Some(declared.ident.to_string()),
        _ => None,
    };
    let mut reader = Reader {
        module: module.clone(),
        children: tree.items.iter().filter_map(declared).collect(),
        said: Said::default(),
    };
    let uses = tree.items.iter().filter_map(|item| match item {
        syn::Item::Use(item) => Some(item),
        _ => None,
    });
    // What is imported at the top is known in every line.
    uses.for_each(|item| reader.visit_item_use(item));
    reader.visit_file(&tree);
    reader.said
}

/// The module in which the thing at the end of `path` is defined, as far as modules hand it on.
fn home<'a>(path: &Module, said: &BTreeMap<&'a Module, Said>) -> Option<&'a Module> {
    let mut path = path.clone();
    for _ in 0..8 {
        let (module, length) = (1..=path.len())
            .rev()
            .find_map(|length| Some((*said.get_key_value(&path[..length].to_vec())?.0, length)))?;
        let Some(next) = path.get(length) else {
            return Some(module);
        };
        match said[module].faces.get(next) {
            Some(from) => path = from.iter().chain(&path[length + 1..]).cloned().collect(),
            None => return Some(module),
        }
    }
    None
}

struct Reader {
    module: Module,
    /// Names of the modules that it declares.
    children: BTreeSet<String>,
    said: Said,
}

impl Reader {
    /// A path from the root of a crate, for one that this file names.
    fn whole(&self, path: &[String]) -> Option<Module> {
        let (first, rest) = path.split_first()?;
        let start = match first.as_str() {
            "crate" => vec![self.module[0].clone()],
            "self" => self.module.clone(),
            "super" => self.module[..self.module.len() - 1].to_vec(),
            name if CRATES.iter().any(|(known, _)| *known == name) => vec![name.to_owned()],
            name if self.children.contains(name) => {
                let inside = self.module.iter().cloned();
                inside.chain([name.to_owned()]).collect()
            }
            _ => return None,
        };
        if rest.first().is_some_and(|next| next == "super") {
            let above = Self {
                module: start,
                children: BTreeSet::new(),
                said: Said::default(),
            };
            return above.whole(rest);
        }
        Some(start.into_iter().chain(rest.iter().cloned()).collect())
    }

    /// The same for one that may begin with a name that was imported.
    fn known(&self, path: &[String]) -> Option<Module> {
        let imported = || {
            let (first, rest) = path.split_first()?;
            let from = self.said.faces.get(first)?;
            Some(from.iter().chain(rest).cloned().collect())
        };
        self.whole(path).or_else(imported)
    }

    fn import(&mut self, tree: &syn::UseTree, before: &[String], is_face: bool) {
        let with = |name: &syn::Ident| -> Vec<String> {
            before.iter().cloned().chain([name.to_string()]).collect()
        };
        match tree {
            syn::UseTree::Path(path) => self.import(&path.tree, &with(&path.ident), is_face),
            syn::UseTree::Name(name) if name.ident == "self" => {
                self.take(before, before.last(), is_face);
            }
            syn::UseTree::Name(name) => {
                let known = name.ident.to_string();
                self.take(&with(&name.ident), Some(&known), is_face);
            }
            syn::UseTree::Rename(rename) => {
                let path = if rename.ident == "self" {
                    before.to_vec()
                } else {
                    with(&rename.ident)
                };
                let known = rename.rename.to_string();
                self.take(&path, Some(&known), is_face);
            }
            syn::UseTree::Glob(_) => self.take(before, None, is_face),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before, is_face);
                }
            }
        }
    }

    /// Notes where an imported name comes from. One that is handed on and comes from no crate of ours
    /// is taken for one of this file.
    fn take(&mut self, path: &[String], known: Option<&String>, is_face: bool) {
        let relative = || {
            let inside = self.module.iter().cloned();
            inside.chain(path.iter().cloned()).collect::<Module>()
        };
        let whole = self.known(path);
        let from = whole.clone().or_else(|| is_face.then(relative));
        if let Some((known, from)) = known.zip(from) {
            self.said.faces.insert(known.clone(), from);
        }
        self.said.paths.extend(whole);
    }

    /// Paths that stand in what a macro is given, which is no Rust yet.
    fn look_into(&mut self, mut tokens: Cursor<'_>) {
        let mut path: Vec<String> = Vec::new();
        // How many colons stand behind the last name.
        let mut colons = 0;
        while !tokens.eof() {
            if let Some((name, rest)) = tokens.ident() {
                if colons != 2 {
                    self.note(&std::mem::take(&mut path));
                }
                path.push(name.to_string());
                (colons, tokens) = (0, rest);
            } else if let Some((sign, rest)) = tokens.punct()
                && sign.as_char() == ':'
                && colons < 2
            {
                (colons, tokens) = (colons + 1, rest);
            } else {
                self.note(&std::mem::take(&mut path));
                colons = 0;
                if let Some((inside, _, _, rest)) = tokens.any_group() {
                    self.look_into(inside);
                    tokens = rest;
                } else {
                    let Some((_, rest)) = tokens.token_tree() else {
                        return;
                    };
                    tokens = rest;
                }
            }
        }
        self.note(&path);
    }

    fn note(&mut self, path: &[String]) {
        if path.len() > 1 {
            self.said.paths.extend(self.known(path));
        }
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Meta>()
                .is_ok_and(|meta| meta.path().is_ident("test"))
    })
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_for_tests(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_for_tests(&item.attrs) {
            let is_face = !matches!(item.vis, syn::Visibility::Inherited);
            self.import(&item.tree, &[], is_face);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path
            .segments
            .iter()
            .map(|part| part.ident.to_string())
            .collect();
        self.note(&names);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.look_into(TokenBuffer::new2(called.tokens.clone()).begin());
        visit::visit_macro(self, called);
    }
}

/// The house that stands when these are its files.
fn house_of(files: &[(&str, &str)]) -> House {
    let root = tempfile::tempdir().expect("a folder is made");
    for (_, sources) in CRATES {
        fs::create_dir_all(root.path().join(sources)).expect("a folder is made");
    }
    for (file, text) in files {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder is made");
        fs::write(path, text).expect("a source is written");
    }
    House::read(root.path())
}

/// A house of a few files: names handed on, paths in the middle of code, tests and what is declared
/// inside are seen for what they are.
#[test]
fn who_imports_whom_is_read_as_the_compiler_reads_it() {
    let house = house_of(&[
        ("sys/src/lib.rs", "pub fn open() {}"),
        ("src/lib.rs", "mod a; mod b; mod d;"),
        (
            "src/a.rs",
            "use crate::b::{self, Thing as It}; pub fn f(_: It) { b::g() }",
        ),
        ("src/b/mod.rs", "mod c; pub use c::Thing; pub fn g() {}"),
        (
            "src/b/c.rs",
            "use super::g; pub struct Thing; fn h() { g(); crate::a::f(Thing); pane_patrol_sys::open() }",
        ),
        ("src/d.rs", "#[cfg(test)] mod tests { use crate::a::f; }"),
    ]);
    let imports = |file: &str| house.files[file].keys().cloned().collect::<Vec<_>>();
    assert_eq!(imports("src/a.rs"), ["src/b/c.rs", "src/b/mod.rs"]);
    assert_eq!(imports("src/b/mod.rs"), ["src/b/c.rs"]);
    assert_eq!(imports("src/b/c.rs"), ["src/a.rs", "sys/src/lib.rs"]);
    assert_eq!(imports("src/d.rs"), [""; 0]);
    assert_eq!(
        house.circles(),
        [["src/a.rs", "src/b/c.rs", "src/b/mod.rs"]]
    );
}

/// What a module imports for itself alone is known below it; what a macro is given is code too.
#[test]
fn a_name_is_followed_through_what_a_module_keeps_to_itself() {
    let house = house_of(&[
        ("src/lib.rs", "mod a; mod e; mod f;"),
        (
            "src/a/mod.rs",
            "mod message; mod source; use message::Message;",
        ),
        (
            "src/a/message.rs",
            "use super::source::Answer; pub struct Message(Answer);",
        ),
        (
            "src/a/source.rs",
            "use crate::a::Message; pub enum Answer {} fn f(_: Message) {}",
        ),
        ("src/e.rs", "fn f() { print(); vec![(1, crate::f::g(2))]; }"),
        (
            "src/f.rs",
            "use crate::e; pub fn g() { assert!(e::f() == 1); }",
        ),
    ]);
    let imports = |file: &str| house.files[file].keys().cloned().collect::<Vec<_>>();
    assert_eq!(imports("src/a/source.rs"), ["src/a/message.rs"]);
    assert_eq!(imports("src/e.rs"), ["src/f.rs"]);
    assert_eq!(imports("src/f.rs"), ["src/e.rs"]);
    assert_eq!(
        house.circles(),
        [
            ["src/a/message.rs", "src/a/source.rs"],
            ["src/e.rs", "src/f.rs"]
        ]
    );
}
