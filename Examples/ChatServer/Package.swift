// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "ChatServer",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "tidings", path: "../.."),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    ],
    targets: [
        .executableTarget(
            name: "ChatServer",
            dependencies: [
                .product(name: "SignalR", package: "tidings"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ]
        )
    ]
)
