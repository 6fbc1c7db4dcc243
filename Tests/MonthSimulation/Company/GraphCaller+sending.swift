import GraphCalling
import NIOHTTP1

extension GraphCaller {
    /// - Returns: The id in the answer, if there is one.
    /// - Throws: ``MonthFailure`` if it was not done.
    @discardableResult
    func send(_ method: HTTPMethod, _ path: String, _ body: String? = nil) async throws -> String {
        let answer = try await self.call(method, path, body)
        guard answer.isSuccess else { throw MonthFailure("\(method) \(path): \(answer.text)") }
        return answer.id
    }
}
