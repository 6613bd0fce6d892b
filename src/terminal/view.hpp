// Shows what happens: chat and answers on stdout, status and errors on stderr.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/client.hpp"
#include "net/stdio.hpp"
#include "terminal/completion.hpp"
#include "terminal/looks.hpp"
#include "terminal/notice.hpp"
#include "terminal/screen.hpp"
#include "terminal/transcript.hpp"

namespace chat {

// To stderr, at once; what it does not take within a second is lost. Any thread.
void write_error(std::string_view lines);
// What a program that a signal ended exits with: 130 after Ctrl-C, else 143 as after SIGTERM.
int exit_code_of(const StopSignals& signals);

// Any thread may call any method. Every write is of whole lines and waits for a reader who is slow.
class View {
 public:
  // place: HOST:PORT as the user knows it. echo: own messages are shown, too.
  View(std::string place, bool echo) : place_(std::move(place)), echo_(echo) {}
  void set_looks(Looks looks) EXCLUDES(mu_);
  void speak_json() EXCLUDES(mu_);   // stdout gets objects (json.hpp) instead of lines
  void hush() EXCLUDES(mu_);         // no status: what nobody asked for, and is no error
  void be_scripted() EXCLUDES(mu_);  // nobody sees what could not be done before the next line is said
  void show(const Event& event) EXCLUDES(mu_);
  void tick() EXCLUDES(mu_);                                // one more dot, while something takes its time
  void say(std::string_view lines) EXCLUDES(mu_);           // to stdout
  void say_linked(const std::string& lines) EXCLUDES(mu_);  // the same; links in it are told to the terminal
  void report(std::string_view lines) EXCLUDES(mu_);        // to stderr, even while stdout has to wait
  void refuse(std::string_view line) EXCLUDES(mu_);         // the same: what could not be done, and why
  void fail(std::string_view why) EXCLUDES(mu_);  // what could not be done, which is told otherwise: to a script
  bool failed() const { return failed_; }         // something that was wished for could not be done
  bool broken() const { return broken_; }         // nobody reads stdout any more
  void give_up() { giving_up_ = true; }           // from now on a slow reader is not waited for
  void obey(const StopSignals& signals) { signals_ = &signals; }  // nor once one of these was caught; before any thread

  // While somebody types at a terminal: everything appears above the line being typed, what would go to stderr too,
  // if that is the same terminal.
  void attach(std::function<ScreenSize()> size, bool reflows) EXCLUDES(mu_);  // the area is not on the terminal yet
  void detach() EXCLUDES(mu_);
  // But for its `pending`, and its prompt when that is empty, which are known here.
  void edit(const InputArea& area) EXCLUDES(mu_);
  // Rooms: where what is typed goes, and what else is read along.
  std::string focus() EXCLUDES(mu_);
  void set_focus(const std::string& room) EXCLUDES(mu_);
  void leave_focus() EXCLUDES(mu_);                        // to the lobby, which our user has not chosen
  void expect_room() EXCLUDES(mu_);                        // our user wants into one: it has the focus, once entered,
                                                           // unless a place was chosen since
  void lose_focus(const std::string& room) EXCLUDES(mu_);  // a script, or what was pasted, wanted there: see Aim
  // Where what is typed now is said. lost: the room that it was meant for, when our user has been put out of it, or a
  // script was not let in, and nobody has chosen another place since: then it is said nowhere. Asked once, somebody at
  // a terminal knows. Else empty.
  struct Aim {
    std::string place;  // as focus()
    std::string lost;
    bool chosen = false;  // since expect_room()
    bool by_script = false;
  };
  Aim aim() EXCLUDES(mu_);
  std::string name() EXCLUDES(mu_);  // our user's
  // Rooms, and people as @NAME, in the order of focus_number(); none where nobody has the keys for it.
  std::vector<std::string> places() EXCLUDES(mu_);
  bool is_in(const std::string& room) EXCLUDES(mu_);
  std::string last_correspondent() EXCLUDES(mu_);  // who sent the last private message; empty: nobody
  // What somebody was called who has taken the name of one to whom our user wrote; empty: nobody has.
  std::string stranger_called(const std::string& name) EXCLUDES(mu_);
  void open_query(const std::string& name) EXCLUDES(mu_);  // what is typed goes to this person; focus() is @NAME
  void close_query() EXCLUDES(mu_);                        // the one in focus
  void be(const std::string& name) EXCLUDES(mu_);          // our user's name from now on
  bool ignore(const std::string& name, bool ignored) EXCLUDES(mu_);  // true: this changed that
  std::vector<std::string> ignored() EXCLUDES(mu_);
  void focus_next(int step) EXCLUDES(mu_);              // the next room, or the one before
  void focus_number(std::size_t number) EXCLUDES(mu_);  // from 1, in the order in which they were entered
  void focus_unread() EXCLUDES(mu_);                    // the first one with something new
  void look(bool here) EXCLUDES(mu_);                   // our user looks at the terminal, or elsewhere
  void set_calling(Calling calling) EXCLUDES(mu_);
  void show_presences(Presences::Show show) EXCLUDES(mu_);
  // What was said that this finds: shows it.
  void search(const Search& search) EXCLUDES(mu_);
  // What the host kept is looked through for it, too: the number is that of the answer (PastArrived).
  std::uint32_t search_on(const Search& search) EXCLUDES(mu_);
  // The last `count` messages there, since that time, if the screen was cleared since they were shown; false: nothing.
  bool show_again(const std::string& room, std::size_t count, std::uint64_t since_ms) EXCLUDES(mu_);
  std::optional<std::string> log_to(const std::string& file) EXCLUDES(mu_);  // as Transcript
  // Not yet acknowledged.
  void sent(const std::string& room, std::uint64_t message, const std::string& text) EXCLUDES(mu_);
  std::vector<std::string> unsaid() EXCLUDES(mu_);  // the lines that were sent, and that the host has not taken
  void written(std::uint64_t letter, const std::string& to, const std::string& text) EXCLUDES(mu_);  // the same
  void meet(const std::vector<std::string>& names) EXCLUDES(mu_);  // are here, as the host says
  void know_rooms(std::vector<std::string> rooms) EXCLUDES(mu_);   // there are, as the host says
  Completion complete(std::string_view text, std::size_t cursor) EXCLUDES(mu_);
  void resized() EXCLUDES(mu_);
  void clear() EXCLUDES(mu_);
  Clock::time_point due() EXCLUDES(mu_);    // of settle(); max(): nothing waits
  void settle() EXCLUDES(mu_);              // shows what has waited for its time
  std::string fingerprint() EXCLUDES(mu_);  // lines about the host's key
  std::chrono::milliseconds connected_for() EXCLUDES(mu_);
  std::size_t width() EXCLUDES(mu_);  // the terminal's columns; 80 where nobody types at one
  void regain() EXCLUDES(mu_);        // the area is drawn anew, where the cursor stands
  void lose() EXCLUDES(mu_);          // somebody else has the terminal
  void lose_cleanly() EXCLUDES(mu_);  // will have it: the area disappears

 private:
  struct Pending {
    std::string room;
    std::uint64_t message = 0;  // its id
    std::uint64_t letter = 0;   // or the number of a private one
    std::string line;
  };
  void put(std::string_view octets) REQUIRES(mu_);
  void error(std::string_view lines) REQUIRES(mu_);
  void end_ticking() REQUIRES(mu_);
  void undone(std::string_view lines) REQUIRES(mu_);      // an error: what was wished for could not be done
  void tell_undone(std::string_view line) REQUIRES(mu_);  // the same, where no event says so to a script
  void status(std::string_view lines) REQUIRES(mu_);      // to stderr, unless hushed
  void moved(std::string_view lines) REQUIRES(mu_);       // the same, but always to who is at the terminal and did it
  void fit() REQUIRES(mu_);
  void notice_person(const PostArrived& arrived) REQUIRES(mu_);
  void acknowledged(std::uint64_t message) REQUIRES(mu_);
  void done_with(std::uint64_t letter) REQUIRES(mu_);
  void add_pending(Pending said) REQUIRES(mu_);
  void refresh() REQUIRES(mu_);
  void failed(const LetterFailed& event) REQUIRES(mu_);
  bool list_pending() REQUIRES(mu_);
  void write(std::string_view lines) REQUIRES(mu_);
  void tell(std::string_view lines) REQUIRES(mu_);  // our user, who asked
  void connected(const HostAnswered& event) REQUIRES(mu_);
  void answered(const HostAnswered& event) REQUIRES(mu_);
  void logged_in(const LoggedIn& event) REQUIRES(mu_);
  void retrying(const Retrying& event) REQUIRES(mu_);
  void entered(const RoomEntered& event) REQUIRES(mu_);
  void left(const RoomLeft& event) REQUIRES(mu_);
  void arrived(const PostArrived& event) REQUIRES(mu_);
  void letter(const LetterArrived& event) REQUIRES(mu_);
  void tell_absence(const LetterArrived& letter) REQUIRES(mu_);
  void past(const PastArrived& event) REQUIRES(mu_);
  void show_post(const PostArrived& event) REQUIRES(mu_);
  bool is_past(const PostArrived& event) REQUIRES(mu_);
  bool is_known(const PostArrived& event, bool past) const REQUIRES(mu_);
  void came(const std::string& room) REQUIRES(mu_);
  void show_presence(const PostArrived& event) REQUIRES(mu_);
  void show_folded(Clock::time_point now) REQUIRES(mu_);
  void show_missed() REQUIRES(mu_);
  bool calls(const Post& post) const REQUIRES(mu_);
  void call_user(const std::string& from, const std::string& text, std::uint64_t time_ms) REQUIRES(mu_);
  void mark_unread() REQUIRES(mu_);
  void keep(const PostArrived& arrived) REQUIRES(mu_);
  bool is_ignored(const std::string& name) const REQUIRES(mu_);
  bool is_unwanted(const Event& event) const REQUIRES(mu_);
  // After a cut: what was missed is gathered, so that it can be counted first.
  struct Return {
    std::chrono::milliseconds away{};
    std::vector<PostArrived> posts;
    std::string gaps;     // lines about what cannot be had any more
    std::string others;   // lines about anything else: they come last
    bool unread = false;  // and our user looks elsewhere
    Clock::time_point began;
    Clock::time_point latest;
    Clock::time_point due() const;
  };
  struct Place {
    std::string room;  // or @ and a person's name
    std::size_t unread = 0;
  };
  std::vector<Place>::iterator place_of(const std::string& room) REQUIRES(mu_);
  void move_focus(std::size_t at) REQUIRES(mu_);
  std::vector<Place>::iterator query_with(const std::string& name) REQUIRES(mu_);
  std::map<std::string, std::string>::iterator stranger_of(const std::string& name) REQUIRES(mu_);
  void forget_stranger(const std::string& name) REQUIRES(mu_);
  void follow(const Post& post) REQUIRES(mu_);
  void follow_rename(const std::string& was, const std::string& now) REQUIRES(mu_);
  std::string prompt() const REQUIRES(mu_);
  std::string label_of(const std::string& room) const REQUIRES(mu_);
  void redraw_prompt() REQUIRES(mu_);

  const std::string place_;
  const bool echo_;
  std::atomic<bool> broken_ = false;
  std::atomic<bool> giving_up_ = false;
  std::atomic<bool> failed_ = false;
  const StopSignals* signals_ = nullptr;
  Mutex mu_;  // docs/ARCHITECTURE.md, "Locks"; held while writing, so that lines stay whole
  bool met_ GUARDED_BY(mu_) = false;
  bool ticking_ GUARDED_BY(mu_) = false;  // the cursor stands behind a line of dots
  HostAnswered host_ GUARDED_BY(mu_);
  std::string security_ GUARDED_BY(mu_);
  std::string name_ GUARDED_BY(mu_);
  Lost lost_ GUARDED_BY(mu_);
  bool not_stored_ GUARDED_BY(mu_) = false;  // and the user was told
  Looks looks_ GUARDED_BY(mu_);
  bool json_ GUARDED_BY(mu_) = false;
  bool hushed_ GUARDED_BY(mu_) = false;
  Transcript transcript_ GUARDED_BY(mu_);
  std::set<std::string> cleared_ GUARDED_BY(mu_);  // rooms of which the screen shows nothing that was said before
  std::map<std::uint32_t, Search> searches_ GUARDED_BY(mu_);  // under way, by number
  std::uint32_t last_search_ GUARDED_BY(mu_) = 0;
  Calling calling_ GUARDED_BY(mu_);
  Presences presences_ GUARDED_BY(mu_);
  std::optional<Return> return_ GUARDED_BY(mu_);
  Clock::time_point since_ GUARDED_BY(mu_) = Clock::now();  // connected
  bool looks_away_ GUARDED_BY(mu_) = false;                 // the terminal has said so
  bool marked_ GUARDED_BY(mu_) = false;                     // where our user stopped reading
  People people_ GUARDED_BY(mu_);
  std::vector<std::string> known_rooms_ GUARDED_BY(mu_);
  std::vector<Place> places_ GUARDED_BY(mu_){{std::string(lobby), 0}};  // in the order of entering
  std::string lost_focus_ GUARDED_BY(mu_);                              // see aim()
  bool chosen_ GUARDED_BY(mu_) = false;                                 // see Aim
  bool scripted_ GUARDED_BY(mu_) = false;
  std::map<std::string, Clock::time_point> came_ GUARDED_BY(mu_);  // rooms just entered: what comes is old, up to then
  std::map<std::string, Seq> topics_ GUARDED_BY(mu_);              // that were shown when our user entered
  std::string last_correspondent_ GUARDED_BY(mu_);
  std::map<std::string, std::string> strangers_ GUARDED_BY(mu_);  // names, and what who has taken one was called
  std::map<std::string, std::string> absent_ GUARDED_BY(mu_);     // whom our user wrote to, and how that was told
  std::vector<std::string> ignored_ GUARDED_BY(mu_);
  std::size_t focus_ GUARDED_BY(mu_) = 0;  // in places_
  std::optional<Screen> screen_ GUARDED_BY(mu_);
  std::function<ScreenSize()> size_ GUARDED_BY(mu_);
  bool errors_too_ GUARDED_BY(mu_) = false;  // stderr is the screen's terminal
  InputArea area_ GUARDED_BY(mu_);
  bool own_prompt_ GUARDED_BY(mu_) = false;  // the area's prompt is prompt(), not of a question
  std::deque<Pending> pending_ GUARDED_BY(mu_);
  std::uint64_t acknowledged_ GUARDED_BY(mu_) = 0;
  std::uint64_t done_with_ GUARDED_BY(mu_) = 0;  // the last letter that was taken or refused
};

}  // namespace chat
