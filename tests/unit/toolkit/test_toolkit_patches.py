"""The work tree is made whole or not at all, and goes back to the checkout byte by byte."""

from __future__ import annotations

import os
import shutil

import pytest
from toolkit_project import PATCH, UPSTREAM, Project

from oko_build import check, export, series, status
from oko_build.errors import OkoError

WHY = "classifier: Ask the program\n\nA flow may name a program that has the last word.\n"


def export_all(project: Project, **options: bool) -> list[str]:
    done = export.export(project.tree(), project.fetch(), **options)
    return [f"{change.what} {project.layout.relative(change.path)}" for change in done.changes]


def problems(project: Project) -> list[str]:
    return check.check(project.tree(), project.fetch())


def with_patch(project: Project) -> str:
    """Make a patch the way people do, and return its file's name."""
    project.apply()
    project.edit("lib/classifier.c", "line 11\n", "line eleven\n")
    project.commit(WHY)
    export_all(project)
    return "patches/ovs/3.1/classifier-Ask-the-program.patch"


@pytest.mark.parametrize(
    "subject",
    [
        "classifier: Ask the program",
        "odp-util: Parse ids, in hexadecimal... (and more)",
        "match: Add the filter_prog field of a very long name that has to be cut somewhere.",
        "a..b -- c!",
    ],
)
def test_files_are_called_as_git_calls_them(project: Project, subject: str) -> None:
    project.apply()
    project.edit("lib/flow.c", "line 3\n", "line three\n")
    project.commit(f"{subject}\n\nBecause.\n")
    name = project.git("format-patch", "-1", "-o", str(project.layout.root / "out"))
    assert series.slug(subject) == name.rsplit("/", 1)[1].removeprefix("0001-")


# Apply.


def test_work_tree_is_pristine_overlay_and_patches(project: Project) -> None:
    with_patch(project)
    assert project.git("log", "--format=%s").splitlines() == [
        "classifier: Ask the program", "Add the project's own files", "Import Open vSwitch 3.1.0",
    ]
    assert project.files() == {
        **{name: text.encode() for name, text in UPSTREAM.items()},
        "lib/classifier.c": UPSTREAM["lib/classifier.c"].replace("11", "eleven").encode(),
        "lib/filter-prog.c": b"int filter_prog;\n",
        "lib/okobpf/okobpf.h": b"#define OKOBPF 1\n",
    }


def test_ids_are_the_same_after_everything_is_deleted(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_patch(project)
    first = project.apply()
    shutil.rmtree(project.layout.base("3.1"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody Else")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2031-01-01T00:00:00")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    again = project.apply()
    assert (again.head, again.tree, again.pristine) == (first.head, first.tree, first.pristine)


def test_users_git_configuration_makes_no_difference(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_patch(project)
    first = project.apply()
    shutil.rmtree(project.layout.base("3.1"))
    home = project.layout.root / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[core]\nautocrlf = true\n[diff]\nnoprefix = true\ncontext = 1\n[commit]\ngpgsign = true\n"
        "[am]\nthreeWay = false\n[apply]\nwhitespace = fix\n"
    )
    monkeypatch.setenv("HOME", str(home))
    assert project.apply().head == first.head
    assert problems(project) == []


def test_applying_again_does_nothing(project: Project) -> None:
    with_patch(project)
    assert not project.apply().changed


def test_files_that_stay_the_same_keep_their_times(project: Project) -> None:
    with_patch(project)
    for path in (project.src / "lib").iterdir():
        os.utime(path, (1_000_000_000, 1_000_000_000))
    project.write("overlay/ovs/lib/filter-prog.c", "int filter_prog = 1;\n")
    done = project.apply()
    assert done.reasons == ("overlay/ovs/lib/filter-prog.c changed",)
    new = {p.name for p in (project.src / "lib").iterdir() if p.stat().st_mtime > 1_000_000_000}
    assert new == {"filter-prog.c"}


def test_overlay_may_not_replace_upstreams_file(project: Project) -> None:
    project.write("overlay/ovs/lib/flow.c", "mine\n")
    with pytest.raises(OkoError, match=r"would replace lib/flow\.c, which is upstream's"):
        project.apply()


def test_failed_patch_is_told_and_leaves_all_as_it_was(project: Project) -> None:
    name = with_patch(project)
    before, head = project.files(), project.git("rev-parse", "HEAD")
    project.write(name, project.read(name).replace("-line 11\n", "-line 99\n"))
    project.add_patch("after.patch", PATCH.replace("Ask the", "Never reach the"))
    with pytest.raises(OkoError) as caught:
        project.apply()
    text = str(caught.value)
    assert "patch 1/2 does not apply: patches/ovs/3.1/classifier-Ask-the-program.patch" in text
    assert "file lib/classifier.c, at line 8, hunk: @@ -8,7 +8,7 @@" in text
    assert "A flow may name a program that has the last word." in text
    assert "git am --continue" in text
    assert "patches.export --staging" in text
    assert project.files() == before
    assert project.git("rev-parse", "HEAD") == head
    assert project.git("status", "--porcelain") == ""


def test_failed_patch_is_mended_in_the_staging_folder(project: Project) -> None:
    name = with_patch(project)
    good = project.read(name)
    upstream_moved = project.read(name).replace("-line 11\n", "-line 99\n")
    project.write(name, upstream_moved)
    with pytest.raises(OkoError):
        project.apply()
    with pytest.raises(OkoError, match="not applied to its end"):
        export_all(project, staging=True)
    staging = project.layout.base("3.1") / "staging"
    (staging / "lib/classifier.c").write_text(
        UPSTREAM["lib/classifier.c"].replace("line 11\n", "line eleven\n")
    )
    project.git("add", "lib/classifier.c", cwd=staging)
    project.git("am", "--continue", cwd=staging)
    assert export_all(project, staging=True) == [f"changed {name}"]
    assert project.read(name) == good
    assert problems(project) == []


def test_patch_of_an_unknown_file_is_told(project: Project) -> None:
    project.add_patch("x.patch", PATCH.replace("lib/classifier.c", "lib/nothing.c"))
    with pytest.raises(OkoError, match=r"lib/nothing\.c: upstream has no such file"):
        project.apply()


def test_damaged_patch_is_told(project: Project) -> None:
    project.add_patch("x.patch", PATCH[: PATCH.index(" line 13")])
    with pytest.raises(OkoError, match="patch 1/1 does not apply"):
        project.apply()
    project.write("patches/ovs/3.1/x.patch", "")
    with pytest.raises(OkoError, match="patch 1/1 does not apply"):
        project.apply()


def test_series_must_name_files_that_are_there(project: Project) -> None:
    project.write("patches/ovs/3.1/series", "gone.patch\n")
    with pytest.raises(OkoError, match=r"gone\.patch is listed, but there is no such file"):
        project.apply()
    project.write("patches/ovs/3.1/series", "../x.patch\n")
    with pytest.raises(OkoError, match="series:1: expected the name of a file beside it"):
        project.apply()


# Work of the user's in the work tree.


def test_loose_changes_are_carried_over_to_a_new_state(project: Project) -> None:
    with_patch(project)
    project.edit("lib/flow.c", "line 3\n", "line three\n")
    project.write("overlay/ovs/lib/filter-prog.c", "int other;\n")
    project.apply()
    assert "line three" in (project.src / "lib/flow.c").read_text()
    assert (project.src / "lib/filter-prog.c").read_text() == "int other;\n"
    assert project.tree().unexported() == ["changed lib/flow.c"]


def test_commits_are_carried_over_to_a_new_state(project: Project) -> None:
    with_patch(project)
    project.edit("lib/flow.c", "line 3\n", "line three\n")
    project.commit("flow: Three\n\nBecause.\n")
    project.write("overlay/ovs/lib/filter-prog.c", "int other;\n")
    project.apply()
    assert project.git("log", "-1", "--format=%s") == "flow: Three"
    assert (project.src / "lib/filter-prog.c").read_text() == "int other;\n"
    assert export_all(project) == [
        "new patches/ovs/3.1/flow-Three.patch", "changed patches/ovs/3.1/series",
    ]


def test_conflicting_changes_stop_it_and_stay(project: Project) -> None:
    with_patch(project)
    project.edit("lib/filter-prog.c", "filter_prog", "mine")
    project.write("overlay/ovs/lib/filter-prog.c", "int theirs;\n")
    before = project.files()
    with pytest.raises(OkoError) as caught:
        project.apply()
    assert "changed lib/filter-prog.c" in str(caught.value)
    assert "--force" in str(caught.value)
    assert project.files() == before


def test_force_puts_changes_aside_and_keeps_them(project: Project) -> None:
    with_patch(project)
    project.edit("lib/filter-prog.c", "filter_prog", "mine")
    (project.src / "lib/new.c").write_text("new\n")
    project.apply(force=True)
    assert (project.src / "lib/filter-prog.c").read_text() == "int filter_prog;\n"
    assert not (project.src / "lib/new.c").exists()
    saved = project.git("for-each-ref", "--format=%(refname)", "refs/oko/saved")
    assert project.git("show", f"{saved}:lib/filter-prog.c") == "int mine;"
    assert project.git("show", f"{saved}:lib/new.c") == "new"


def test_rebase_under_way_stops_it(project: Project) -> None:
    with_patch(project)
    (project.src / ".git/rebase-merge").mkdir()
    project.edit("lib/flow.c", "line 3\n", "line three\n")
    project.write("overlay/ovs/lib/filter-prog.c", "int other;\n")
    with pytest.raises(OkoError, match="a rebase is under way"):
        project.apply()
    with pytest.raises(OkoError, match="a rebase is under way"):
        export_all(project)


# Export.


def test_export_writes_patch_series_and_overlay(project: Project) -> None:
    project.apply()
    project.edit("lib/classifier.c", "line 11\n", "line eleven\n")
    (project.src / "lib/okobpf/new.c").write_text("runtime\n")
    (project.src / "tests").mkdir()
    (project.src / "tests/filter-prog.at").write_text("test\n")
    (project.src / "lib/filter-prog.c").unlink()
    project.commit(WHY)
    assert sorted(export_all(project)) == [
        "changed patches/ovs/3.1/series",
        "gone overlay/ovs/lib/filter-prog.c",
        "new okobpf/lib/new.c",
        "new overlay/ovs/tests/filter-prog.at",
        "new patches/ovs/3.1/classifier-Ask-the-program.patch",
    ]
    text = project.read("patches/ovs/3.1/classifier-Ask-the-program.patch")
    assert "new.c" not in text and "filter-prog" not in text
    assert text.startswith("From " + "0" * 40)
    assert problems(project) == []


def test_round_trip_is_byte_identical(project: Project) -> None:
    with_patch(project)
    project.edit("lib/flow.c", "line 3\n", "line three\r\n\tünïcode \n")
    project.commit("flow: Odd bytes — é\n\nThey must survive.\n\n-- \nEven this line.\n")
    export_all(project)
    first, files = project.state(), project.files()
    shutil.rmtree(project.layout.base("3.1"))
    project.apply()
    assert project.files() == files
    assert export_all(project) == []
    assert project.state() == first


def test_deleted_renamed_and_executable_files_survive(project: Project) -> None:
    project.apply()
    (project.src / "debian/rules").rename(project.src / "debian/orders")
    (project.src / "lib/flow.c").unlink()
    (project.src / "lib/classifier.c").chmod(0o755)
    (project.src / "utilities").mkdir()
    (project.src / "utilities/tool").write_text("#!/bin/sh\n")
    (project.src / "utilities/tool").chmod(0o755)
    project.commit("all: Move things\n\nTo see that it works.\n")
    export_all(project)
    files = project.files()
    assert problems(project) == []
    shutil.rmtree(project.layout.base("3.1"))
    project.apply()
    assert project.files() == files
    assert (project.src / "utilities/tool").stat().st_mode & 0o111
    assert (project.src / "lib/classifier.c").stat().st_mode & 0o111


def test_loose_change_of_upstreams_file_is_not_exported(project: Project) -> None:
    project.apply()
    project.edit("lib/flow.c", "line 3\n", "line three\n")
    before = project.state()
    with pytest.raises(OkoError, match=r"in no commit:\n  lib/flow\.c"):
        export_all(project)
    assert project.state() == before


def test_what_autotools_make_is_not_exported(project: Project) -> None:
    project.apply()
    (project.src / "autom4te.cache").mkdir()
    (project.src / "autom4te.cache/output.0").write_text("made \n")
    project.edit("configure", "exit 0", "exit 1")
    project.edit("lib/flow.c", "line 3\n", "line three\n")
    project.git("add", "-A", "-f")
    project.git("commit", "-q", "-m", "flow: Three\n\nBecause.\n")
    export_all(project)
    text = project.read("patches/ovs/3.1/flow-Three.patch")
    assert "configure" not in text and "autom4te" not in text
    assert not (project.layout.root / "overlay/ovs/autom4te.cache").exists()
    assert "exit 0" in (project.src / "configure").read_text()
    assert problems(project) == []


def test_check_finds_what_autotools_make(project: Project) -> None:
    project.add_patch(
        "configure-Say-no.patch",
        PATCH[: PATCH.index("diff")].replace("classifier: Ask the program", "configure: Say no")
        + "diff --git a/configure b/configure\n--- a/configure\n+++ b/configure\n"
        "@@ -1,2 +1,2 @@\n #!/bin/sh\n-exit 0\n+exit 1\n",
    )
    assert any("autotools generate" in line for line in problems(project))


def test_loose_change_of_an_added_file_is(project: Project) -> None:
    project.apply()
    project.edit("lib/filter-prog.c", "filter_prog", "better")
    assert export_all(project) == ["changed overlay/ovs/lib/filter-prog.c"]
    assert project.tree().unexported() == []


def test_rewritten_and_reordered_patches_are_exported(project: Project) -> None:
    name = with_patch(project)
    project.edit("lib/flow.c", "line 3\n", "line three\n")
    project.commit("flow: Three\n\nBecause.\n")
    export_all(project)
    project.git("reset", "-q", "--hard", "refs/oko/overlay")
    project.git("cherry-pick", "refs/oko/applied")
    project.git("cherry-pick", "refs/oko/applied^")
    project.git("commit", "-q", "--amend", "-m", WHY + "\nOr the first.\n")
    assert export_all(project) == [f"changed {name}", "changed patches/ovs/3.1/series"]
    assert project.read("patches/ovs/3.1/series").splitlines()[-2:] == [
        "flow-Three.patch", "classifier-Ask-the-program.patch",
    ]
    assert problems(project) == []


def test_two_commits_of_one_subject_are_refused(project: Project) -> None:
    with_patch(project)
    project.edit("lib/flow.c", "line 3\n", "line three\n")
    project.commit(WHY)
    with pytest.raises(OkoError, match="two commits would become"):
        export_all(project)


@pytest.mark.parametrize("line", ["---", "diff --git a/x b/x", "Index: x", "From me"])
def test_message_that_git_would_cut_is_refused(project: Project, line: str) -> None:
    project.apply()
    project.edit("lib/flow.c", "line 3\n", "line three\n")
    project.commit(f"flow: Three\n\nBecause.\n\n{line}\nMore.\n")
    with pytest.raises(OkoError, match="for the start of the patch"):
        export_all(project)


def test_export_does_not_undo_what_is_new_in_the_checkout(project: Project) -> None:
    with_patch(project)
    project.write("overlay/ovs/lib/filter-prog.c", "int newer;\n")
    with pytest.raises(OkoError, match=r"overlay/ovs/lib/filter-prog\.c changed"):
        export_all(project)
    assert project.read("overlay/ovs/lib/filter-prog.c") == "int newer;\n"


def test_dry_run_writes_nothing(project: Project) -> None:
    project.apply()
    project.edit("lib/filter-prog.c", "filter_prog", "better")
    before = project.state()
    assert export_all(project, dry_run=True) == ["changed overlay/ovs/lib/filter-prog.c"]
    assert project.state() == before


# Check.


def test_good_series_has_no_problem(project: Project) -> None:
    with_patch(project)
    assert problems(project) == []


def edit_patch(project: Project, old: str, new: str) -> None:
    name = with_patch(project)
    text = project.read(name)
    assert old in text
    project.write(name, text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("A flow may name a program that has the last word.\n", "", "its body is empty"),
        ("A flow may name a program that has the last word.", "Signed-off-by: Me <me@x.invalid>",
         "its body is empty"),
        ("+line eleven", "+line eleven ", "trailing white space in a line added"),
        ("+line eleven", "+line eleven\t", "trailing white space in a line added"),
        ("Subject: [PATCH] classifier: Ask", "Subject: [PATCH] classifier: Query",
         "expected the name classifier-Query-the-program.patch"),
        (" line 8\n", " line eight\n", "does not apply without fuzz"),
        ("@@ -8,7 +8,7 @@", "@@ -9,7 +9,7 @@", "not as './inv patches.export' writes it"),
        ("2026", "2027", "not as './inv patches.export' writes it|Date"),
    ],
)
def test_check_finds(project: Project, old: str, new: str, message: str) -> None:
    edit_patch(project, old, new)
    found = problems(project)
    words = message.split("|")
    assert any(word in line for line in found for word in words), found


def test_check_finds_a_patch_that_is_not_listed(project: Project) -> None:
    with_patch(project)
    project.add_patch("stray.patch", PATCH.replace("Ask the", "Stray"), listed=False)
    assert any("stray.patch: not in" in line for line in problems(project))


def test_check_finds_a_patch_that_is_listed_twice(project: Project) -> None:
    with_patch(project)
    series = project.layout.root / "patches/ovs/3.1/series"
    series.write_text(series.read_text() + "classifier-Ask-the-program.patch\n")
    assert any("listed 2 times" in line for line in problems(project))


def test_check_finds_a_patch_that_is_gone(project: Project) -> None:
    name = with_patch(project)
    (project.layout.root / name).unlink()
    assert any("listed, but there is no such file" in line for line in problems(project))


@pytest.mark.parametrize("folder", ["patches/ovs/3.1", "overlay/ovs/lib", "build/ovs-3.1/src/lib"])
def test_check_finds_a_reject(project: Project, folder: str) -> None:
    with_patch(project)
    project.write(f"{folder}/classifier.c.rej", "@@\n")
    assert any("left over from a patch that failed" in line for line in problems(project))


def test_check_finds_new_files_in_a_patch(project: Project) -> None:
    name = with_patch(project)
    new = (
        "diff --git a/lib/extra.c b/lib/extra.c\nnew file mode 100644\n"
        "index 0000000000000000000000000000000000000000.."
        "257cc5642cb1a054f08cc83f2d943e56fd3ebe99\n"
        "--- /dev/null\n+++ b/lib/extra.c\n@@ -0,0 +1 @@\n+foo\n"
    )
    project.write(name, project.read(name) + new)
    assert any("belong to the overlay, as overlay/ovs/lib/extra.c" in line
               for line in problems(project))


def test_check_finds_two_patches_in_one_file(project: Project) -> None:
    name = with_patch(project)
    project.edit("lib/flow.c", "line 3\n", "line three\n")
    project.commit("flow: Three\n\nBecause.\n")
    export_all(project)
    second = project.layout.root / "patches/ovs/3.1/flow-Three.patch"
    project.write(name, project.read(name) + "\n" + second.read_text())
    second.unlink()
    project.write("patches/ovs/3.1/series", f"{name.rsplit('/', 1)[1]}\n")
    assert any("one file holds several patches" in line for line in problems(project))


def test_check_finds_changes_that_are_not_exported(project: Project) -> None:
    with_patch(project)
    project.edit("lib/flow.c", "line 3\n", "line three\n")
    assert any("work tree: changed lib/flow.c" in line for line in problems(project))


def test_check_works_before_the_work_tree_is_made(project: Project) -> None:
    with_patch(project)
    shutil.rmtree(project.layout.base("3.1"))
    assert problems(project) == []


def test_status_tells_what_is_there(project: Project) -> None:
    tree = project.tree()
    assert "not fetched" in status.lines(tree, None)[0]
    with_patch(project)
    source = project.fetch()
    assert "work tree and checkout say the same" in status.lines(project.tree(), source)
    project.edit("lib/flow.c", "line 3\n", "line three\n")
    project.write("okobpf/lib/more.h", "\n")
    text = "\n".join(status.lines(project.tree(), source))
    assert "classifier-Ask-the-program.patch" in text
    assert "  changed lib/flow.c" in text
    assert "  okobpf/lib/more.h is new" in text
