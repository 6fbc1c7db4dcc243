import Logging
import Synchronization
import Testing

@testable import tidings

struct LineLogHandlerTests {
    private final class Lines: Sendable {
        let lines = Mutex<[String]>([])
    }

    private func line(_ log: (Logger) -> Void) -> [String] {
        let lines = Lines()
        var handler = LineLogHandler(logLevel: .debug, now: { 1_764_063_000_123 }) { line in
            lines.lines.withLock { $0.append(line) }
        }
        handler[metadataKey: "always"] = "there"
        log(Logger(label: "test") { _ in handler })
        return lines.lines.withLock { $0 }
    }

    @Test func aLineSaysWhenHowGraveAndWhat() {
        #expect(
            self.line { $0.warning("It broke", metadata: ["b": "two words", "a": "1", "c": ""]) } == [
                #"2025-11-25T09:30:00.123Z warning It broke a=1 always=there b="two words" c="""#
            ]
        )
    }

    @Test func whatIsLessGraveIsLeftOut() {
        #expect(self.line { $0.trace("nothing") }.isEmpty)
    }

    @Test func aValueCannotFakeALine() {
        let lines = self.line { $0.info("a\nb", metadata: ["x": "1\n2026 error fake", "y": #"say "hi" \"#]) }
        #expect(lines.count == 1)
        #expect(lines.first?.contains("\n") == false)
        #expect(lines.first?.hasSuffix(#"y="say \"hi\" \\""#) == true)
    }

    @Test func whatAMessageSaysCountsMoreThanWhatTheLoggerCarries() {
        #expect(self.line { $0.info("m", metadata: ["always": "here"]) } == ["2025-11-25T09:30:00.123Z info m always=here"])
    }
}
