/** A jar, compiled in a stage of its own. */

export const java = {
  'org/hello/Main.java':
    'package org.hello;\npublic class Main { public static void main(String[] given) { System.out.println("hello " + String.join(",", given)); } }\n',
};
/** With a jar of its own in /app. */
export const onJava = (lines: string) => `FROM eclipse-temurin:21 AS build
WORKDIR /src
COPY org ./org
RUN javac org/hello/Main.java && jar --create --file app.jar --main-class org.hello.Main org/hello/Main.class

FROM gcr.io/distroless/java21-debian13:nonroot
WORKDIR /app
COPY --from=build /src/app.jar ./
${lines}
`;
