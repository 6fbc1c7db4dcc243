import JSONBytes
import NIOCore

extension ByteBuffer {
    /// An object whose members are strings, and flags behind them.
    init(jsonObject members: [(String, String)], flags: [(String, Bool)] = []) {
        self.init()
        self.writeStaticString("{")
        for (index, member) in members.enumerated() {
            if index > 0 { self.writeStaticString(",") }
            self.writeJSONString(member.0)
            self.writeStaticString(":")
            self.writeJSONString(member.1)
        }
        for (index, flag) in flags.enumerated() {
            if index > 0 || !members.isEmpty { self.writeStaticString(",") }
            self.writeJSONString(flag.0)
            self.writeStaticString(flag.1 ? ":true" : ":false")
        }
        self.writeStaticString("}")
    }
}
